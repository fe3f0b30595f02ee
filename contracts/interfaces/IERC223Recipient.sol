// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What a contract implements to be told of ERC-223 transfers
interface IERC223Recipient {
    /// @notice Called by an ERC-223 token after it moved `amount` from `from` to this contract.
    /// @param from Who paid.
    /// @param amount How much, in the token's smallest unit.
    /// @param data What the payer passed along.
    /// @return The selector of this function, 0x8943ec02; anything else makes the transfer revert.
    function tokenReceived(address from, uint256 amount, bytes calldata data) external returns (bytes4);
}
