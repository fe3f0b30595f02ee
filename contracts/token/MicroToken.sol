// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20TransferAuthorization} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";

import {ERC223} from "./ERC223.sol";

/// @title MicroToken
/// @notice A token of fixed supply that can pay into channels in one transaction, or in none of the sender's own:
/// ERC-20 with ERC-223's notifying transfer, ERC-2612 permits and ERC-3009 authorizations.
contract MicroToken is ERC223, ERC20Permit, ERC20TransferAuthorization {
    uint8 private immutable _DECIMALS;

    /// @param name_ The token's name, also of its signing domain (version 1).
    /// @param symbol_ The token's symbol.
    /// @param decimals_ How many decimal places people see.
    /// @param supply The initial supply, in the smallest unit.
    /// @param holder Who gets it.
    constructor(
        string memory name_,
        string memory symbol_,
        uint8 decimals_,
        uint256 supply,
        address holder
    ) ERC20(name_, symbol_) ERC20Permit(name_) {
        _DECIMALS = decimals_;
        _mint(holder, supply);
    }

    /// @notice How many decimal places people see.
    function decimals() public view override returns (uint8) {
        return _DECIMALS;
    }

    /// @notice The next ERC-2612 nonce of `owner`.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev ERC-2612 counts nonces one by one; ERC-3009 picks keys of its own. Both live in NoncesKeyed.
    function _useCheckedNonce(address owner, uint256 nonce) internal override(Nonces, NoncesKeyed) {
        super._useCheckedNonce(owner, nonce);
    }
}
