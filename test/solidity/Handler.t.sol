// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Channel} from "../../contracts/types/Channel.sol";
import {Deposits} from "./support/Deposits.sol";
import {MoodyToken} from "./support/MoodyToken.sol";
import {Payouts} from "./support/Payouts.sol";
import {vm, within} from "./support/Vm.sol";
import {Wrongdoing} from "./support/Wrongdoing.sol";

/// @notice Plays everybody: three senders, two receivers, their delegated keys, relayers, strangers, two tokens, time.
/// Whatever the seeds, every call is one that the manager must take, or one that it must refuse in the way expected.
contract Handler is Deposits, Payouts, Wrongdoing {
    function pass(uint256 time) external watchedAll {
        vm.warp(block.timestamp + within(time, 0, 2 days));
    }

    function setMood(uint256 which, uint256 mood, uint256 blocked) external watchedAll {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        moody.setMood(MoodyToken.Mood(mood % 7));
        uint256 balance = within(mood >> 16, 0, 2 * uint256(before[i].deposit));
        bytes[5] memory messages = [
            abi.encodeCall(manager.settle, (channel, balance, balance, _sign(i, balance))),
            abi.encodeCall(manager.finalize, (channel)),
            abi.encodeCall(manager.deposit, (channel, 1)),
            abi.encodeCall(manager.collect, (address(moody), channel.sender)),
            abi.encodeCall(manager.requestClose, (channel, 0, NEVER, ""))
        ];
        moody.setCall(address(manager), messages[(mood >> 8) % 5]);
        moody.setBlocked(channel.sender, blocked & 3 == 3);
        moody.setBlocked(channel.receiver, blocked & 12 == 12);
    }

    /// @dev After every call: what the ledger says, and the two paths that any payout can take.
    function _after() internal override {
        if (moody.refused() > nosyCalls) ++reached[uint256(Path.Nosy)];
        nosyCalls = moody.refused();
        if (totalOwed(address(moody)) > owedBefore) ++reached[uint256(Path.PayoutOwed)];
        for (uint256 i = 0; i < CHANNELS; ++i) {
            bool wasClosing = before[i].closesAt != 0 && before[i].closesAt != CLOSED;
            bool closed = manager.stateOf(ids[i]).closesAt == CLOSED;
            if (wasClosing && closed && msg.sig != this.finalize.selector) ++reached[uint256(Path.CloseWhileClosing)];
        }
    }
}
