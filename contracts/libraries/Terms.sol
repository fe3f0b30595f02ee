// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Channel} from "../types/Channel.sol";

/// @title From terms to ids, and back from the bytes of a callback
/// @dev Reads the terms as they stand in calldata, without the decoder's checks for dirty upper bits, which would cost
/// more than all the rest of the reading. Such bits do no harm: `isValid` refuses them when a channel is opened, and to
/// every other function they are the terms of a channel that does not exist, because the id hashes them as they stand.
/// test/solidity/Hashing.t.sol compares every function here with the Solidity that it replaces.
library Terms {
    uint32 internal constant MIN_CHALLENGE_PERIOD = 15 minutes;
    uint32 internal constant MAX_CHALLENGE_PERIOD = 30 days;

    /// @dev Length of `abi.encode(Channel)`: seven words.
    uint256 internal constant ENCODED_LENGTH = 224;

    /// @dev The id of a channel of this manager: `keccak256(abi.encode(chainId, address(this), channel))`.
    function id(Channel calldata channel, uint256 chainId) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore(preimage, chainId)
            mstore(add(preimage, 0x20), address())
            calldatacopy(add(preimage, 0x40), channel, 0xe0)
            hash := keccak256(preimage, 0x120)
        }
    }

    /// @dev `channel.sender`
    function senderOf(Channel calldata channel) internal pure returns (address sender) {
        assembly ("memory-safe") {
            sender := calldataload(channel)
        }
    }

    /// @dev `channel.senderSigner`
    function senderSignerOf(Channel calldata channel) internal pure returns (address signer) {
        assembly ("memory-safe") {
            signer := calldataload(add(channel, 0x20))
        }
    }

    /// @dev `channel.receiver`
    function receiverOf(Channel calldata channel) internal pure returns (address receiver) {
        assembly ("memory-safe") {
            receiver := calldataload(add(channel, 0x40))
        }
    }

    /// @dev `channel.receiverSigner`
    function receiverSignerOf(Channel calldata channel) internal pure returns (address signer) {
        assembly ("memory-safe") {
            signer := calldataload(add(channel, 0x60))
        }
    }

    /// @dev `channel.token`
    function tokenOf(Channel calldata channel) internal pure returns (address token) {
        assembly ("memory-safe") {
            token := calldataload(add(channel, 0x80))
        }
    }

    /// @dev `channel.challengePeriod`
    function challengePeriodOf(Channel calldata channel) internal pure returns (uint32 period) {
        assembly ("memory-safe") {
            period := calldataload(add(channel, 0xa0))
        }
    }

    /// @dev Whether a channel with these terms may be opened.
    function isValid(Channel calldata channel) internal view returns (bool) {
        if (!isClean(channel)) return false;
        address sender = senderOf(channel);
        if (sender == address(0)) return false;
        if (sender == address(this)) return false;
        address receiver = receiverOf(channel);
        if (receiver == address(0)) return false;
        if (receiver == address(this)) return false;
        if (tokenOf(channel) == address(0)) return false;
        uint32 period = challengePeriodOf(channel);
        if (period < MIN_CHALLENGE_PERIOD) return false;
        return period <= MAX_CHALLENGE_PERIOD;
    }

    /// @dev Reads `abi.encode(Channel)` in place.
    /// @return wellFormed False for any other length and for dirty bits; `channel` must then not be used.
    /// @return channel The terms, where they stand in calldata.
    function parse(bytes calldata data) internal pure returns (bool wellFormed, Channel calldata channel) {
        assembly ("memory-safe") {
            channel := data.offset
        }
        wellFormed = data.length == ENCODED_LENGTH && isClean(channel);
    }

    /// @dev Whether the five addresses fit 160 bits and the challenge period 32: what the ABI decoder asks for.
    function isClean(Channel calldata channel) internal pure returns (bool clean) {
        assembly ("memory-safe") {
            let addresses := or(calldataload(channel), calldataload(add(channel, 0x20)))
            addresses := or(addresses, calldataload(add(channel, 0x40)))
            addresses := or(addresses, calldataload(add(channel, 0x60)))
            addresses := or(addresses, calldataload(add(channel, 0x80)))
            clean := iszero(or(shr(160, addresses), shr(32, calldataload(add(channel, 0xa0)))))
        }
    }
}
