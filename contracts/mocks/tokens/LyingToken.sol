// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PlainToken} from "../PlainToken.sol";

/// @notice Reports balances that are not so.
contract LyingToken is PlainToken {
    /// @notice Added to what the payee of each `transferFrom` is said to have.
    int256 public lie;

    /// @notice Whether `transferFrom` moves anything at all.
    bool public idle;

    mapping(address account => int256) private _lies;

    function setLie(int256 lie_) external {
        lie = lie_;
    }

    function setIdle(bool idle_) external {
        idle = idle_;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return uint256(int256(super.balanceOf(account)) + _lies[account]);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _lies[to] += lie;
        return idle || super.transferFrom(from, to, value);
    }
}
