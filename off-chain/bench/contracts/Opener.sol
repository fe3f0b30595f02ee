// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Channel} from "@rmps/contracts/contracts/types/Channel.sol";
import {IChannelManager} from "@rmps/contracts/contracts/interfaces/IChannelManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Opens many channels in one transaction, so that a chain full of them is made in a minute.
contract Opener {
    /// @dev The channels differ in their salts alone: `from`, `from + 1`, …
    function open(IChannelManager manager, Channel memory channel, uint256 from, uint256 count) external {
        IERC20(channel.token).approve(address(manager), type(uint256).max);
        for (uint256 i = 0; i < count; ++i) {
            channel.salt = bytes32(from + i);
            manager.deposit(channel, 1e12);
        }
    }
}
