// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Channel} from "../types/Channel.sol";

/// @title From terms to ids, and back from the bytes of a callback
library Terms {
    uint32 internal constant MIN_CHALLENGE_PERIOD = 15 minutes;
    uint32 internal constant MAX_CHALLENGE_PERIOD = 30 days;

    /// @dev Length of `abi.encode(Channel)`: seven words.
    uint256 internal constant ENCODED_LENGTH = 224;

    /// @dev The words of `abi.encode(chainId, manager, channel)`, the preimage of an id.
    struct Preimage {
        uint256 chainId;
        address manager;
        address sender;
        address senderSigner;
        address receiver;
        address receiverSigner;
        address token;
        uint256 challengePeriod;
        bytes32 salt;
    }

    /// @dev The id of a channel of this manager: `keccak256(abi.encode(chainId, address(this), channel))`.
    /// Copies the terms as they are. Dirty upper bits give the id of no channel: opening one logs every field, and the
    /// ABI decoder refuses a dirty one.
    function id(Channel calldata channel, uint256 chainId) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            mstore(preimage, chainId)
            mstore(add(preimage, 0x20), address())
            calldatacopy(add(preimage, 0x40), channel, 0xe0)
            hash := keccak256(preimage, 0x120)
        }
    }

    /// @dev The same for terms that are put together in memory, row by row: `keccak256(abi.encode(preimage))`.
    function id(Preimage memory preimage) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(preimage, 0x120)
        }
    }

    /// @dev Whether a channel with these terms may be opened.
    function isValid(Channel calldata channel) internal view returns (bool) {
        return
            channel.sender != address(0) &&
            channel.sender != address(this) &&
            channel.receiver != address(0) &&
            channel.receiver != address(this) &&
            channel.token != address(0) &&
            channel.challengePeriod >= MIN_CHALLENGE_PERIOD &&
            channel.challengePeriod <= MAX_CHALLENGE_PERIOD;
    }

    /// @dev Reads `abi.encode(Channel)` in place.
    /// @return wellFormed False for any other length and for dirty bits; `channel` must then not be used.
    /// @return channel The terms, where they stand in calldata.
    function parse(bytes calldata data) internal pure returns (bool wellFormed, Channel calldata channel) {
        assembly ("memory-safe") {
            channel := data.offset
        }
        if (data.length != ENCODED_LENGTH) return (false, channel);
        uint256 dirt;
        assembly ("memory-safe") {
            let offset := data.offset
            let addresses := or(calldataload(offset), calldataload(add(offset, 0x20)))
            addresses := or(addresses, calldataload(add(offset, 0x40)))
            addresses := or(addresses, calldataload(add(offset, 0x60)))
            addresses := or(addresses, calldataload(add(offset, 0x80)))
            dirt := or(shr(160, addresses), shr(32, calldataload(add(offset, 0xa0))))
        }
        wellFormed = dirt == 0;
    }
}
