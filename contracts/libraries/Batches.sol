// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Claim} from "../types/Channel.sol";

/// @title The rows of `settleMany`, read where they stand
/// @dev Without the decoder's checks, as in `Terms`: a row with dirty bits names a channel that does not exist, and an
/// offset that points astray leads to bytes that are not a proof. Either way the row is skipped, and the batch goes on.
library Batches {
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

    /// @dev `claims[i]`; the caller makes sure that there is one.
    function rowAt(Claim[] calldata claims, uint256 i) internal pure returns (Claim calldata claim) {
        assembly ("memory-safe") {
            claim := add(claims.offset, calldataload(add(claims.offset, shl(5, i))))
        }
    }

    /// @dev Puts a row's own terms among the shared ones, and gives the id of its channel:
    /// `preimage.sender = claim.sender; preimage.senderSigner = claim.senderSigner; preimage.salt = claim.salt;`
    /// `return keccak256(abi.encode(preimage));`
    function idOf(Preimage memory preimage, Claim calldata claim) internal pure returns (bytes32 id) {
        assembly ("memory-safe") {
            calldatacopy(add(preimage, 0x40), claim, 0x40)
            mstore(add(preimage, 0x100), calldataload(add(claim, 0x40)))
            id := keccak256(preimage, 0x120)
        }
    }

    /// @dev `claim.senderSigner == address(0) ? claim.sender : claim.senderSigner`
    function senderKeyOf(Claim calldata claim) internal pure returns (address key) {
        assembly ("memory-safe") {
            key := calldataload(add(claim, 0x20))
            if iszero(key) {
                key := calldataload(claim)
            }
        }
    }

    /// @dev `claim.proof`
    function proofOf(Claim calldata claim) internal pure returns (bytes calldata proof) {
        assembly ("memory-safe") {
            let start := add(claim, calldataload(add(claim, 0xa0)))
            proof.length := calldataload(start)
            proof.offset := add(start, 0x20)
        }
    }
}
