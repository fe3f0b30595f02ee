// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice OpenZeppelin's ERC-20 and nothing more: the token in which gas is measured. Anyone may mint.
contract PlainToken is ERC20("Plain Token", "PLAIN") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}
