// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Keeps honest books, but not always its temper: it can pause, block a party, return false or nothing, burn
/// all gas, vanish in a puff of return data, and call somebody in the middle of a transfer.
contract MoodyToken is ERC20("Moody", "MOOD") {
    enum Mood {
        Fine,
        Silent, // returns nothing, as USDT does
        Paused, // reverts
        False, // returns false
        Bomb, // reverts with as much data as it can afford
        Burning, // uses up all gas
        Nosy // calls `callee` in the middle, and goes on whatever comes of it
    }

    Mood public mood;
    mapping(address account => bool) public isBlocked;
    address public callee;
    bytes public message;
    uint256 public answered; // calls that the callee let succeed
    uint256 public refused; // and that it did not

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    /// @notice Takes back what was minted.
    function burn(address account, uint256 amount) external {
        _burn(account, amount);
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function setCall(address callee_, bytes calldata message_) external {
        callee = callee_;
        message = message_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        _misbehave();
        return super.transfer(to, value) && _answer();
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _misbehave();
        return super.transferFrom(from, to, value) && _answer();
    }

    function _misbehave() private {
        if (mood == Mood.Paused) revert("paused");
        if (mood == Mood.Burning) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (mood == Mood.Bomb) {
            assembly {
                revert(0, 20000)
            }
        }
        if (mood == Mood.False) {
            assembly ("memory-safe") {
                mstore(0, 0)
                return(0, 32)
            }
        }
        if (mood == Mood.Nosy) {
            (bool success, ) = callee.call(message);
            if (success) ++answered;
            else ++refused;
        }
    }

    function _answer() private view returns (bool) {
        if (mood == Mood.Silent) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        return true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        require(!isBlocked[from] && !isBlocked[to], "blocked");
        super._update(from, to, value);
    }
}
