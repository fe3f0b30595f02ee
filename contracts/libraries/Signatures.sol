// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title The three messages of a channel, and who may have signed them
/// @dev test/solidity/Hashing.t.sol compares the assembly with the Solidity that it replaces.
library Signatures {
    bytes32 internal constant BALANCE_PROOF_TYPEHASH = keccak256("BalanceProof(bytes32 channelId,uint256 balance)");
    bytes32 internal constant CLOSING_AGREEMENT_TYPEHASH = keccak256(
        "ClosingAgreement(bytes32 channelId,uint256 amount,uint256 deadline)"
    );
    bytes32 internal constant CLOSE_REQUEST_TYPEHASH = keccak256(
        "CloseRequest(bytes32 channelId,uint256 amount,uint256 deadline)"
    );

    /// @dev Half the order of secp256k1, rounded down: the highest `s` that is not malleable (EIP-2).
    uint256 internal constant MAX_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @dev What the sender side signs for a proof, given the hash of the signing domain:
    /// `MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(BALANCE_PROOF_TYPEHASH, channelId, total)))`.
    function digestOfBalanceProof(
        bytes32 domain,
        bytes32 channelId,
        uint256 total
    ) internal pure returns (bytes32 digest) {
        bytes32 typehash = BALANCE_PROOF_TYPEHASH;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            mstore(add(start, 0x20), channelId)
            mstore(add(start, 0x40), total)
            mstore(add(start, 0x22), keccak256(start, 0x60))
            mstore(start, shl(240, 0x1901))
            mstore(add(start, 0x02), domain)
            digest := keccak256(start, 0x42)
        }
    }

    function hashClosingAgreement(bytes32 channelId, uint256 amount, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSING_AGREEMENT_TYPEHASH, channelId, amount, deadline));
    }

    function hashCloseRequest(bytes32 channelId, uint256 amount, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_REQUEST_TYPEHASH, channelId, amount, deadline));
    }

    /// @dev The key that signs for a party: the one it named, or itself.
    function keyOf(address party, address signer) internal pure returns (address key) {
        key = signer;
        if (key == address(0)) key = party;
    }

    /// @dev Strict ECDSA and nothing else: 65 bytes `r ‖ s ‖ v`, low `s`, `v` 27 or 28. Reads no state, so that nothing
    /// that happens to `key` after it signed can take the signature back. `key` is not zero. As
    /// `(address recovered, ECDSA.RecoverError e, ) = ECDSA.tryRecoverCalldata(digest, signature);`
    /// `return e == ECDSA.RecoverError.NoError && recovered == key;`
    function isSignedByKey(address key, bytes32 digest, bytes calldata signature) internal view returns (bool signed) {
        uint256 maxS = MAX_S;
        assembly ("memory-safe") {
            let s := calldataload(add(signature.offset, 0x20))
            if and(eq(signature.length, 65), iszero(gt(s, maxS))) {
                let start := mload(0x40)
                mstore(start, digest)
                mstore(add(start, 0x20), byte(0, calldataload(add(signature.offset, 0x40))))
                mstore(add(start, 0x40), calldataload(signature.offset))
                mstore(add(start, 0x60), s)
                // Where it recovers nobody, the precompile answers no bytes.
                signed := staticcall(gas(), 1, start, 0x80, 0x00, 0x20)
                signed := and(signed, and(eq(returndatasize(), 0x20), eq(mload(0x00), key)))
            }
        }
    }

    /// @dev Strict ECDSA first; only where that fails and `key` has code, ERC-1271, with the bytes unchanged.
    function isSignedByKeyOrWallet(address key, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (isSignedByKey(key, digest, signature)) return true;
        return key.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(key, digest, signature);
    }
}
