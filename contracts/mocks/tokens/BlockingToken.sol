// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PlainToken} from "../PlainToken.sol";

/// @notice Has a list, which anyone may write, of accounts that can neither pay nor be paid.
contract BlockingToken is PlainToken {
    mapping(address account => bool) public isBlocked;

    error Blocked(address account);

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (isBlocked[from]) revert Blocked(from);
        if (isBlocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}
