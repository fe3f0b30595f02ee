// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IERC223Recipient} from "../../interfaces/IERC223Recipient.sol";

/// @notice Remembers what it was told of a transfer, and what it had at that time; its answer can be chosen.
contract RecordingRecipient is IERC223Recipient {
    address public token;
    address public from;
    uint256 public amount;
    uint256 public balance;
    bytes public data;

    bytes4 private immutable _ANSWER;

    constructor(bytes4 answer) {
        _ANSWER = answer;
    }

    function tokenReceived(address from_, uint256 amount_, bytes calldata data_) external returns (bytes4) {
        token = msg.sender;
        from = from_;
        amount = amount_;
        data = data_;
        balance = IERC20(msg.sender).balanceOf(address(this));
        return _ANSWER;
    }
}
