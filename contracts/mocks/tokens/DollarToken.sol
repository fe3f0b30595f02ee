// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {SplitSignatureToken} from "./SplitSignatureToken.sol";

/// @notice ERC-3009 as USDC has had it since version 2.2: unordered nonces, and signatures also as bytes.
contract DollarToken is SplitSignatureToken {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 authorization = keccak256(
            abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        bool valid = SignatureChecker.isValidSignatureNow(from, _hashTypedDataV4(authorization), signature);
        if (!valid) revert ERC3009InvalidSignature();
        if (to != msg.sender) revert ERC20InvalidReceiver(to);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }
}
