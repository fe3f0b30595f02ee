// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC223Recipient} from "../../interfaces/IERC223Recipient.sol";

/// @notice Wants no tokens.
contract RevertingRecipient is IERC223Recipient {
    error NoThanks();

    function tokenReceived(address, uint256, bytes calldata) external pure returns (bytes4) {
        revert NoThanks();
    }
}
