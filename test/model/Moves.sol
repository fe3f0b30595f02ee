// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The moves of one channel's numbers, unpacked
/// @dev What `ChannelStates` does to a packed word, on plain numbers, which a prover can follow. ChannelStates.t.sol
/// compares the two.
library Moves {
    uint256 internal constant CLOSED = type(uint32).max;

    /// @dev What the receiver is credited with in total if `amount` is due to it.
    function credited(uint256 deposit, uint256 settled, uint256 amount) internal pure returns (uint256) {
        uint256 total = amount < deposit ? amount : deposit;
        return total < settled ? settled : total;
    }

    /// @dev When a channel whose closing is asked for at `time` may be finalized.
    function closesAt(uint256 time, uint256 period) internal pure returns (uint256) {
        return time + period < CLOSED ? time + period : CLOSED - 1;
    }
}
