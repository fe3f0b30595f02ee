// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MicroToken} from "../../token/MicroToken.sol";

/// @notice Keeps a hundredth of every transfer, on every path by which a deposit can be pulled.
contract FeeToken is MicroToken {
    constructor(uint256 supply, address holder) MicroToken("Fee Token", "FEE", 18, supply, holder) {}

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}
