// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A wallet that reverts whenever it is asked for a signature.
contract RevertingWallet is IERC1271 {
    error NotNow();

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        revert NotNow();
    }
}
