// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @notice ERC-3009 as first written: signatures only as v, r, s. Anyone may mint.
contract SplitSignatureToken is ERC3009 {
    constructor() ERC20("Dollar", "USD") EIP712("Dollar", "1") {}

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }
}
