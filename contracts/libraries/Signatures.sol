// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title The three messages of a channel, and who may have signed them
library Signatures {
    bytes32 internal constant BALANCE_PROOF_TYPEHASH = keccak256("BalanceProof(bytes32 channelId,uint256 balance)");
    bytes32 internal constant CLOSING_AGREEMENT_TYPEHASH = keccak256(
        "ClosingAgreement(bytes32 channelId,uint256 amount,uint256 deadline)"
    );
    bytes32 internal constant CLOSE_REQUEST_TYPEHASH = keccak256(
        "CloseRequest(bytes32 channelId,uint256 amount,uint256 deadline)"
    );

    function hashBalanceProof(bytes32 channelId, uint256 balance) internal pure returns (bytes32) {
        return keccak256(abi.encode(BALANCE_PROOF_TYPEHASH, channelId, balance));
    }

    function hashClosingAgreement(bytes32 channelId, uint256 amount, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSING_AGREEMENT_TYPEHASH, channelId, amount, deadline));
    }

    function hashCloseRequest(bytes32 channelId, uint256 amount, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_REQUEST_TYPEHASH, channelId, amount, deadline));
    }

    /// @dev The key that signs for a party: the one it named, or itself.
    function keyOf(address party, address signer) internal pure returns (address) {
        return signer == address(0) ? party : signer;
    }

    /// @dev Strict ECDSA and nothing else: 65 bytes `r ‖ s ‖ v`, low `s`, `v` 27 or 28. Reads no state, so that nothing
    /// that happens to `key` after it signed can take the signature back.
    function isSignedByKey(address key, bytes32 digest, bytes calldata signature) internal pure returns (bool) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == key && key != address(0);
    }

    /// @dev Strict ECDSA first; only where that fails and `key` has code, ERC-1271, with the bytes unchanged.
    function isSignedByKeyOrWallet(address key, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (isSignedByKey(key, digest, signature)) return true;
        return key.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(key, digest, signature);
    }
}
