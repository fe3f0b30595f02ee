// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PlainToken} from "../PlainToken.sol";

/// @notice Once armed, it answers transfers with `SIZE` bytes, which cost whoever copies them dearly.
contract BombToken is PlainToken {
    uint256 public constant SIZE = 500_000;

    enum Bomb {
        None,
        Revert,
        Return
    }

    Bomb public bomb;

    function arm(Bomb bomb_) external {
        bomb = bomb_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (bomb != Bomb.Revert) super.transfer(to, value);
        _explode();
        return true;
    }

    /// @dev The first word of the answer is 1: true, if it is a return.
    function _explode() private view {
        bool reverting = bomb == Bomb.Revert;
        if (bomb == Bomb.None) return;
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, 1)
            if reverting {
                revert(answer, 500000)
            }
            return(answer, 500000)
        }
    }
}
