// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The form of ERC-3009 whose signature is bytes, so that contract wallets can authorize too
/// @dev As in USDC since version 2.2 and in OpenZeppelin's ERC20TransferAuthorization.
interface IERC3009Bytes {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;
}
