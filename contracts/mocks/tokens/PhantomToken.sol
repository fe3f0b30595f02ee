// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PlainToken} from "../PlainToken.sol";

/// @notice Its fallback lets every unknown call succeed and do nothing, as that of WETH9 does.
contract PhantomToken is PlainToken {
    fallback() external {}
}
