// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC223Recipient} from "../../interfaces/IERC223Recipient.sol";
import {PlainToken} from "../PlainToken.sol";

/// @notice Announces transfers that never happened, to whom and with what anyone wants.
contract AnnouncingToken is PlainToken {
    function announce(IERC223Recipient recipient, uint256 amount, bytes calldata data) external {
        recipient.tokenReceived(msg.sender, amount, data);
    }
}
