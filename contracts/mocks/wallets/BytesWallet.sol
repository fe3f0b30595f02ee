// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A contract wallet whose signature of a hash is whatever bytes were agreed on, of any length.
contract BytesWallet is IERC1271 {
    mapping(bytes32 hash => bytes32) private _agreed;

    function agree(bytes32 hash, bytes calldata signature) external {
        _agreed[hash] = keccak256(signature);
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return _agreed[hash] == keccak256(signature) ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
