// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PlainToken} from "../PlainToken.sol";

/// @notice Calls someone back whenever it is asked for something, and remembers how that went.
contract ReenteringToken is PlainToken {
    address public callee;
    bytes public data;

    /// @notice Whether transfers call back, and whether `balanceOf` does.
    bool public inTransfers;
    bool public inBalanceOf;

    /// @notice How many times the callee was called back, whether that ever succeeded, and what it last answered.
    uint256 public calls;
    bool public succeeded;
    bytes public answer;

    function arm(address callee_, bytes calldata data_, bool inTransfers_, bool inBalanceOf_) external {
        callee = callee_;
        data = data_;
        inTransfers = inTransfers_;
        inBalanceOf = inBalanceOf_;
        calls = 0;
    }

    /// @notice The ERC-3009 function that the manager calls; it asks nobody for a signature.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        bytes calldata
    ) external {
        _transfer(from, to, value);
    }

    /// @dev Called by STATICCALL, so all it can do with the answer is to revert with it.
    function balanceOf(address account) public view override returns (uint256) {
        if (inBalanceOf) {
            (bool success, bytes memory result) = callee.staticcall(data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(result, 0x20), mload(result))
                }
            }
        }
        return super.balanceOf(account);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (!inTransfers) return;
        bool success;
        (success, answer) = callee.call(data);
        ++calls;
        succeeded = succeeded || success;
    }
}
