// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MicroToken} from "./MicroToken.sol";

/// @title FaucetToken
/// @notice A MicroToken for test networks, of which anyone may have some.
contract FaucetToken is MicroToken {
    /// @notice Seconds between two drips to one account.
    uint256 public constant DRIP_INTERVAL = 1 hours;

    /// @notice How much a drip gives: 100 tokens, in the smallest unit.
    uint256 public immutable DRIP_AMOUNT;

    /// @notice When an account may drip next (Unix seconds).
    mapping(address account => uint256) public nextDrip;

    /// @notice The faucet gives this account nothing before `nextDrip`.
    error DripTooSoon(uint256 nextDrip);

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
    ) MicroToken(name_, symbol_, decimals_, supply, holder) {
        DRIP_AMOUNT = 100 * 10 ** decimals_;
    }

    /// @notice Mints `DRIP_AMOUNT` to the caller, once in `DRIP_INTERVAL`.
    function drip() external {
        if (block.timestamp < nextDrip[msg.sender]) revert DripTooSoon(nextDrip[msg.sender]);
        nextDrip[msg.sender] = block.timestamp + DRIP_INTERVAL;
        _mint(msg.sender, DRIP_AMOUNT);
    }
}
