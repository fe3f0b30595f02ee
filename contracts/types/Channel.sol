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

/// @notice Everything that is stored of a channel.
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

/// @dev A `ChannelState` as it is stored, in one word: `deposit + settled · 2¹¹² + closesAt · 2²²⁴`. A value and not a
/// struct, because a struct would make a detour through memory on every call.
type PackedState is uint256;

/// @dev Where a state is stored: a struct, so that the place can be computed once and passed along.
struct Slot {
    PackedState state;
}

using ChannelStates for PackedState global;

/// @title The moves of one channel's numbers, apart from tokens, signatures and time
/// @dev scripts/prove.ts proves what these moves can and cannot do.
library ChannelStates {
    function deposit(PackedState state) internal pure returns (uint256) {
        return uint112(PackedState.unwrap(state));
    }

    function settled(PackedState state) internal pure returns (uint256) {
        return uint112(PackedState.unwrap(state) >> 112);
    }

    function closesAt(PackedState state) internal pure returns (uint256) {
        return PackedState.unwrap(state) >> 224;
    }

    function unpack(PackedState state) internal pure returns (ChannelState memory) {
        return ChannelState(uint112(state.deposit()), uint112(state.settled()), uint32(state.closesAt()));
    }

    /// @dev Raises the deposit by `amount`. The caller makes sure that the total fits 112 bits.
    function add(PackedState state, uint256 amount) internal pure returns (PackedState) {
        unchecked {
            return PackedState.wrap(PackedState.unwrap(state) + amount);
        }
    }

    /// @dev Raises what the receiver is credited with to `amount`, capped at the deposit, and never lowers it.
    /// @return credited The state after.
    /// @return paid How much more the receiver gets than before.
    function credit(PackedState state, uint256 amount) internal pure returns (PackedState credited, uint256 paid) {
        uint256 total = state.deposit();
        if (amount < total) total = amount;
        uint256 before = state.settled();
        if (total <= before) return (state, 0);
        unchecked {
            paid = total - before; // total > before
            credited = PackedState.wrap(PackedState.unwrap(state) + (paid << 112)); // settled becomes total <= deposit
        }
    }

    /// @dev Starts the challenge period of an open channel; `time` is below `CLOSED`.
    function closing(PackedState state, uint256 time) internal pure returns (PackedState) {
        return PackedState.wrap(PackedState.unwrap(state) | (time << 224));
    }

    /// @dev Ends an open or closing channel.
    function closed(PackedState state) internal pure returns (PackedState) {
        return PackedState.wrap(PackedState.unwrap(state) | (uint256(CLOSED) << 224));
    }
}
