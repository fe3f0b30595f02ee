// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The terms of a channel. Storage knows a channel only by the hash of these; they travel in calldata.
struct Channel {
    address sender; // what is left comes back here
    address senderSigner; // key that signs for the sender; zero: the sender itself
    address receiver; // is paid here
    address receiverSigner; // key that signs for the receiver; zero: the receiver itself
    address token; // the ERC-20 in which the channel is denominated
    uint32 challengePeriod; // seconds the receiver has to answer a close it did not agree to
    bytes32 salt; // tells apart channels with otherwise equal terms
}

/// @notice Everything that is stored of a channel: one slot.
/// @dev none: all zero · open: `closesAt == 0` and `deposit > 0` · closing: `0 < closesAt < CLOSED` · closed: `CLOSED`.
struct ChannelState {
    uint112 deposit; // everything ever deposited
    uint112 settled; // everything credited to the receiver, at most `deposit`
    uint32 closesAt; // 0: open; CLOSED: closed; else the time (Unix seconds) from which it may be finalized
}

/// @notice One row of `settleMany`: what tells a channel apart from the others of its batch, and its proof.
struct Claim {
    address sender;
    address senderSigner;
    bytes32 salt;
    uint256 amount; // the receiver's new total
    uint256 balance; // the total that the proof was signed for, at least `amount`
    bytes proof;
}

/// @dev `closesAt` of a closed channel: later than any time at which a closing one may be finalized.
uint32 constant CLOSED = type(uint32).max;

using ChannelStates for ChannelState global;

/// @title The moves of one channel's numbers, apart from tokens, signatures and time
library ChannelStates {
    /// @dev Raises what the receiver is credited with to `amount`, capped at the deposit, and never lowers it.
    /// @return paid How much more the receiver gets than before.
    function credit(ChannelState memory state, uint256 amount) internal pure returns (uint256 paid) {
        uint256 total = amount < state.deposit ? amount : state.deposit;
        if (total <= state.settled) return 0;
        unchecked {
            paid = total - state.settled; // total > settled
        }
        state.settled = uint112(total); // total <= deposit, which fits
    }

    /// @dev What the sender gets back if the channel closes now.
    function remainder(ChannelState memory state) internal pure returns (uint256) {
        unchecked {
            return state.deposit - state.settled; // settled <= deposit, see credit
        }
    }
}
