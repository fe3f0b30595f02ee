// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PlainToken} from "../PlainToken.sol";

/// @notice While it refuses, transfers return false and move nothing, as tokens older than the habit to revert do.
contract RefusingToken is PlainToken {
    bool public refusing;

    function setRefusing(bool refusing_) external {
        refusing = refusing_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !refusing && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !refusing && super.transferFrom(from, to, value);
    }
}
