// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChannelManager} from "@rmps/contracts/contracts/interfaces/IChannelManager.sol";
import {Channel, ChannelState} from "@rmps/contracts/contracts/types/Channel.sol";
import {FrontDesk} from "@rmps/contracts/contracts/examples/FrontDesk.sol";

/// @dev What an integrator's contract needs: the interface, the types, and OpenZeppelin behind them.
contract Shop {
    IChannelManager public immutable MANAGER;
    FrontDesk public immutable DESK;

    constructor(FrontDesk desk) {
        DESK = desk;
        MANAGER = desk.MANAGER();
    }

    function depositOf(Channel calldata channel) external view returns (uint256) {
        ChannelState memory state = MANAGER.stateOf(MANAGER.channelId(channel));
        return state.deposit;
    }
}
