// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A wallet that answers every call with bytes that anyone may choose.
contract GarbageWallet {
    bytes private _answer;

    function setAnswer(bytes calldata answer) external {
        _answer = answer;
    }

    fallback() external {
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}
