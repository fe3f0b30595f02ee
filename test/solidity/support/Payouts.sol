// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChannelManager} from "../../../contracts/interfaces/IChannelManager.sol";
import {Channel, Claim} from "../../../contracts/types/Channel.sol";
import {Paths} from "./Paths.sol";
import {check, vm, within} from "./Vm.sol";

/// @title Money goes out: settling, every way of closing, and collecting what a token refused to pay
abstract contract Payouts is Paths {
    function settle(uint256 which, uint256 balance, uint256 amount, uint256 who) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (!_isLive(i)) return;
        balance = within(balance, 1, 2 * uint256(before[i].deposit));
        amount = who & 16 == 0 ? balance : within(amount, 1, balance);
        bytes memory proof = _sign(i, balance);
        if (before[i].closesAt > block.timestamp && who & 32 != 0) vm.warp(before[i].closesAt);
        if (_capped(i, amount) <= before[i].settled) {
            bytes memory message = abi.encodeCall(manager.settle, (channel, amount, balance, proof));
            _refuses(
                _anyone(who),
                message,
                IChannelManager.NothingToSettle.selector,
                "I3: settled with nothing to pay"
            );
            return;
        }
        vm.prank(_anyone(who));
        manager.settle(channel, amount, balance, proof);
        _credited(i, amount);
        ++reached[uint256(Path.Settle)];
        if (amount > before[i].deposit) ++reached[uint256(Path.SettleCapped)];
        if (before[i].closesAt != 0 && block.timestamp >= before[i].closesAt) {
            ++reached[uint256(Path.SettleAfterClosesAt)];
        }
    }

    /// @notice All channels of one receiver and token with one period, good rows and bad ones among each other.
    function settleMany(uint256 which, uint256 balance, uint256 spoilt) external watchedAll {
        Channel memory shared = channels[_index(which)];
        uint256 rows;
        for (uint256 i = 0; i < CHANNELS; ++i) if (_sameBatch(i, shared)) ++rows;
        Claim[] memory claims = new Claim[](rows);
        bool pays;
        uint256 skipped;
        for (uint256 i = 0; i < CHANNELS; ++i) {
            if (!_sameBatch(i, shared)) continue;
            Channel memory channel = channels[i];
            uint256 total = within(uint256(keccak256(abi.encode(balance, i))), 1, 1 + 2 * uint256(before[i].deposit));
            bool bad = (spoilt >> i) & 1 != 0;
            bytes memory proof = bad ? _signAs(STRANGER, i, total) : _sign(i, total);
            claims[--rows] = Claim(channel.sender, channel.senderSigner, channel.salt, total, total, proof);
            if (bad || !_isLive(i) || _capped(i, total) <= before[i].settled) {
                ++skipped;
                continue;
            }
            pays = true;
            _credited(i, total);
        }
        bytes memory message = abi.encodeCall(
            manager.settleMany,
            (shared.receiver, shared.receiverSigner, shared.token, shared.challengePeriod, claims)
        );
        vm.prank(_anyone(balance));
        (bool success, ) = address(manager).call(message);
        check(success == pays, "I11: a batch is taken if one row pays");
        if (success) ++reached[uint256(Path.SettleMany)];
        if (success && skipped != 0) ++reached[uint256(Path.SettleManySkipping)];
    }

    function closeByReceiver(uint256 which, uint256 balance, uint256 how) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (!_isLive(i) || _reluctant(how)) return;
        address caller = channel.receiver;
        if (how & 1 != 0 && channel.receiverSigner != address(0)) {
            caller = channel.receiverSigner;
            ++reached[uint256(Path.CloseByReceiverSigner)];
        }
        bytes memory proof;
        if (how & 2 != 0) {
            balance = within(balance, 0, before[i].settled);
            ++reached[uint256(Path.CloseByReceiverWithoutProof)];
        } else {
            balance = within(balance, 0, 2 * uint256(before[i].deposit));
            proof = _sign(i, balance);
        }
        vm.prank(caller);
        manager.close(channel, balance, balance, proof, 0, "");
        _credited(i, balance);
        _closed(i);
        ++reached[uint256(Path.CloseByReceiver)];
    }

    /// @notice The sender needs no proof of its own: by calling it concedes what the receiver agreed to.
    function closeBySender(uint256 which, uint256 amount, uint256 how) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (!_isLive(i) || _reluctant(how)) return;
        amount = within(amount, 0, 2 * uint256(before[i].deposit));
        bytes memory agreement = _agree(i, amount);
        bool delegate = how & 1 != 0 && channel.senderSigner != address(0);
        _conceded(i, amount);
        vm.prank(delegate ? channel.senderSigner : channel.sender);
        manager.close(channel, amount, 0, "", NEVER, agreement);
        _credited(i, amount);
        _closed(i);
        ++reached[uint256(Path.CloseBySender)];
    }

    function closeByAnyone(uint256 which, uint256 balance, uint256 amount, uint256 who) external watched(which) {
        uint256 i = _index(which);
        if (!_isLive(i) || _reluctant(who)) return;
        balance = within(balance, 0, 2 * uint256(before[i].deposit));
        amount = within(amount, 0, balance);
        bytes memory proof = _sign(i, balance);
        bytes memory agreement = _agree(i, amount);
        vm.prank(_anyone(who));
        manager.close(channels[i], amount, balance, proof, NEVER, agreement);
        _credited(i, amount);
        _closed(i);
        ++reached[uint256(Path.CloseByAnyone)];
    }

    function requestClose(uint256 which, uint256 amount, uint256 how) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (!_isLive(i)) return;
        if (before[i].closesAt != 0) {
            bytes memory again = abi.encodeCall(manager.requestClose, (channel, 0, 0, ""));
            _refuses(channel.sender, again, IChannelManager.ChannelNotOpen.selector, "I5: a close was requested twice");
            ++reached[uint256(Path.SecondRequestRefused)];
            return;
        }
        amount = within(amount, 0, 2 * uint256(before[i].deposit));
        bytes memory request;
        address caller = channel.sender;
        Path path = Path.RequestBySender;
        if (how % 3 == 1 && channel.senderSigner != address(0)) {
            caller = channel.senderSigner;
            path = Path.RequestBySenderSigner;
        }
        if (how % 3 == 2) {
            request = _ask(i, amount);
            caller = stranger;
            path = Path.RequestByAnyone;
        }
        _conceded(i, amount);
        vm.prank(caller);
        manager.requestClose(channel, amount, NEVER, request);
        _credited(i, amount);
        ++reached[uint256(path)];
    }

    function finalize(uint256 which, uint256 who) external watched(which) {
        uint256 i = _index(which);
        if (!_isLive(i)) return;
        uint256 closesAt = before[i].closesAt;
        if (closesAt > block.timestamp && who & 32 != 0) vm.warp(closesAt);
        bytes memory message = abi.encodeCall(manager.finalize, (channels[i]));
        if (closesAt == 0) {
            _refuses(_anyone(who), message, IChannelManager.CloseNotRequested.selector, "I5: finalized while open");
            return;
        }
        if (block.timestamp < closesAt) {
            _refuses(_anyone(who), message, IChannelManager.ChallengePeriodRunning.selector, "I5: finalized too early");
            ++reached[uint256(Path.TooEarly)];
            return;
        }
        vm.prank(_anyone(who));
        manager.finalize(channels[i]);
        _closed(i);
        ++reached[uint256(Path.Finalize)];
    }

    function collect(uint256 which, bool sender) external watchedAll {
        Channel memory channel = channels[_index(which)];
        address account = sender ? channel.sender : channel.receiver;
        uint256 due = manager.owed(channel.token, account);
        (bool success, ) = address(manager).call(abi.encodeCall(manager.collect, (channel.token, account)));
        check(!success || due != 0, "collected what was not owed");
        if (success) ++reached[uint256(Path.Collect)];
        if (!success && due != 0) ++reached[uint256(Path.CollectRefused)];
        if (!success && due != 0) check(channel.token == address(moody), "an honest token did not pay a debt");
        check(manager.owed(channel.token, account) == (success ? 0 : due), "a debt is paid in full or stays");
    }

    /// @dev Three of four closings are put off, so that a sequence does not end before it began.
    function _reluctant(uint256 seed) private pure returns (bool) {
        return (seed >> 8) % 4 != 0;
    }
}
