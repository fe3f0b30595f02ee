// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IERC223Recipient} from "../interfaces/IERC223Recipient.sol";

/// @title The notifying transfer of ERC-223 beside the plain ones of ERC-20
/// @dev Unlike ERC-223 proper, `transfer(to, value)` stays plain ERC-20 and notifies nobody, so that it works for every
/// recipient; and there is no `TransferData` event, because the recipient can log what the data mean to it.
abstract contract ERC223 is ERC20 {
    /// @notice `recipient` did not accept the tokens.
    error ERC223InvalidRecipient(address recipient);

    /// @notice Moves `value` to `to` and, where `to` is a contract, tells it so by `tokenReceived(from, value, data)`.
    /// Reverts with the recipient's own error, or `ERC223InvalidRecipient` unless it answers 0x8943ec02. Calls nothing
    /// else, ever.
    /// @param to Who gets the tokens.
    /// @param value How many, in the token's smallest unit.
    /// @param data Passed on to the recipient.
    /// @return True.
    function transfer(address to, uint256 value, bytes calldata data) external returns (bool) {
        _transfer(msg.sender, to, value);
        if (to.code.length != 0) {
            bytes4 answer = IERC223Recipient(to).tokenReceived(msg.sender, value, data);
            if (answer != IERC223Recipient.tokenReceived.selector) revert ERC223InvalidRecipient(to);
        }
        return true;
    }
}
