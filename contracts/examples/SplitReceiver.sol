// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title SplitReceiver
/// @notice An example: a contract that is the receiver of channels and belongs to several owners, by shares. What is
/// settled arrives here as a plain transfer; each owner then takes its part, in any token, whenever it likes.
/// @dev A contract cannot sign, so channels to it name the till's key as `receiverSigner`: that key can agree to closings,
/// at worst at less than was paid, but it can never divert a payment. Anyone who holds the proofs can settle.
/// Not supported: rebasing tokens, and tokens that call out before they move balances, for what is on its way out would
/// count as received. What rounding leaves, less than the number of owners, comes with the next payment. An owner whom a
/// token blocks holds up nobody else.
contract SplitReceiver {
    using SafeERC20 for IERC20;

    /// @notice The sum of all shares.
    uint256 public immutable TOTAL_SHARES;

    /// @notice An owner's shares, of `TOTAL_SHARES`.
    mapping(address owner => uint256) public shares;

    /// @notice What was released of a token, to all owners.
    mapping(IERC20 token => uint256) public totalReleased;

    /// @notice What was released of a token to an owner.
    mapping(IERC20 token => mapping(address owner => uint256)) public released;

    /// @notice An owner got its part.
    event Released(IERC20 indexed token, address indexed owner, uint256 amount);

    /// @notice Owners and shares do not go together, or one is zero, or an owner is named twice.
    error InvalidOwners();

    /// @notice There is nothing here for that owner now.
    error NothingToRelease();

    /// @param owners Whom the payments are for.
    /// @param shares_ How many shares each of them has.
    constructor(address[] memory owners, uint256[] memory shares_) {
        if (owners.length == 0 || owners.length != shares_.length) revert InvalidOwners();
        uint256 total;
        for (uint256 i = 0; i < owners.length; ++i) {
            if (owners[i] == address(0) || shares_[i] == 0 || shares[owners[i]] != 0) revert InvalidOwners();
            shares[owners[i]] = shares_[i];
            total += shares_[i];
        }
        TOTAL_SHARES = total;
    }

    /// @notice Pays an owner its part of what has arrived so far. Anyone may call.
    /// @return amount How much, in the token's smallest unit.
    function release(IERC20 token, address owner) external returns (uint256 amount) {
        amount = releasable(token, owner);
        if (amount == 0) revert NothingToRelease();

        released[token][owner] += amount;
        totalReleased[token] += amount;
        emit Released(token, owner, amount);
        token.safeTransfer(owner, amount);
    }

    /// @notice What `release` would pay an owner now.
    function releasable(IERC20 token, address owner) public view returns (uint256) {
        uint256 received = token.balanceOf(address(this)) + totalReleased[token];
        return Math.mulDiv(received, shares[owner], TOTAL_SHARES) - released[token][owner];
    }
}
