// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChannelManager} from "../../contracts/interfaces/IChannelManager.sol";
import {Channel, ChannelState} from "../../contracts/types/Channel.sol";
import {MoodyToken} from "./support/MoodyToken.sol";
import {World} from "./support/World.sol";
import {check, vm, within} from "./support/Vm.sol";

/// @title Nobody can hold up the other side (SPEC: I9, I10)
/// @notice From every live state, whatever mood the token is in and whoever is blocked.
contract ExitsTest is World {
    uint256 private constant DEPOSIT = 1000;

    Channel private channel;

    function setUp() public {
        _deploy();
    }

    /// @dev Brings a channel into a live state: open or closing, anything settled, topped up or not.
    /// @return signed The highest balance that the sender side signed or conceded.
    function _live(uint256 seed) private returns (uint256 signed) {
        bool delegated = seed & 1 != 0;
        channel = _terms(address(moody), delegated, bytes32(seed));
        manager.deposit(channel, DEPOSIT);
        if (seed & 2 != 0) manager.deposit(channel, DEPOSIT);
        if (seed & 4 != 0) {
            signed = within(seed >> 32, 1, 3 * DEPOSIT);
            bytes memory proof = _proof(delegated ? SENDER_SIGNER : SENDER, channel, signed);
            manager.settle(channel, signed, signed, proof);
        }
        if (seed & 8 != 0) {
            uint256 conceded = within(seed >> 96, 0, 3 * DEPOSIT);
            vm.prank(channel.sender);
            manager.requestClose(channel, conceded, 0, "");
            if (conceded > signed) signed = conceded;
        }
    }

    function _trouble(uint256 seed) private {
        moody.setMood(MoodyToken.Mood(seed % 7));
        moody.setCall(address(manager), abi.encodeCall(manager.finalize, (channel)));
        moody.setBlocked(channel.sender, seed & 256 != 0);
        moody.setBlocked(channel.receiver, seed & 512 != 0);
        moody.setBlocked(address(manager), seed & 1024 != 0);
    }

    function _calm() private {
        moody.setMood(MoodyToken.Mood.Fine);
        moody.setBlocked(channel.sender, false);
        moody.setBlocked(channel.receiver, false);
        moody.setBlocked(address(manager), false);
    }

    function _collect(address account) private {
        if (manager.owed(address(moody), account) != 0) manager.collect(address(moody), account);
    }

    /// @notice I9, I7: alone, one challenge period later, and with all but what it signed or conceded.
    function testFuzz_SenderGetsOutAlone(uint256 seed, uint256 trouble) external {
        uint256 signed = _live(seed);
        _trouble(trouble);
        uint256 deposited = _state(channel).deposit;
        if (_state(channel).closesAt == 0) {
            vm.prank(channel.sender);
            manager.requestClose(channel, 0, 0, "");
        }
        vm.warp(block.timestamp + channel.challengePeriod);
        vm.prank(channel.sender);
        manager.finalize(channel);
        check(_state(channel).closesAt == CLOSED, "I9");

        _calm();
        _collect(channel.sender);
        uint256 loss = signed < deposited ? signed : deposited;
        check(moody.balanceOf(channel.sender) == deposited - loss, "I7");
    }

    /// @notice I10: a proof counts as long as the channel is live, whatever the token does, and the money comes when
    /// the token lets it.
    function testFuzz_ReceiverWithAProofGetsCredited(
        uint256 seed,
        uint256 trouble,
        uint256 balance,
        bool late
    ) external {
        uint256 signed = _live(seed);
        balance = within(balance, 1, 3 * DEPOSIT);
        bytes memory proof = _proof(seed & 1 != 0 ? SENDER_SIGNER : SENDER, channel, balance);
        ChannelState memory before = _state(channel);
        uint256 due = balance < before.deposit ? balance : before.deposit;
        _trouble(trouble);
        if (late) vm.warp(block.timestamp + 365 days);
        if (due <= before.settled) {
            vm.expectRevert(IChannelManager.NothingToSettle.selector);
            manager.settle(channel, balance, balance, proof);
        } else {
            vm.prank(vm.addr(STRANGER));
            manager.settle(channel, balance, balance, proof);
            check(_state(channel).settled == due, "I10");
        }

        _calm();
        _collect(channel.receiver);
        uint256 credited = due > before.settled ? due : before.settled;
        check(moody.balanceOf(channel.receiver) == credited, "I10");
        check(credited >= signed || signed > before.deposit || signed < before.settled, "I10");
    }

    /// @notice I10: the receiver closes by itself at what it holds a proof for.
    function testFuzz_ReceiverGetsOutAlone(uint256 seed, uint256 trouble, uint256 balance) external {
        _live(seed);
        balance = within(balance, 0, 3 * DEPOSIT);
        bytes memory proof = _proof(seed & 1 != 0 ? SENDER_SIGNER : SENDER, channel, balance);
        ChannelState memory before = _state(channel);
        _trouble(trouble);
        vm.prank(channel.receiver);
        manager.close(channel, balance, balance, proof, 0, "");

        _calm();
        _collect(channel.receiver);
        _collect(channel.sender);
        uint256 due = balance < before.deposit ? balance : before.deposit;
        if (due < before.settled) due = before.settled;
        check(moody.balanceOf(channel.receiver) == due, "I10");
        check(moody.balanceOf(channel.sender) == before.deposit - due, "I10");
        check(moody.balanceOf(address(manager)) == 0, "I6");
    }

    /// @notice I5, and the year 2106: the end is always before `CLOSED`, and can be reached.
    function testFuzz_CloseEndsBeforeTheEndOfTime(uint32 time, uint32 period) external {
        channel = _terms(address(moody), false, bytes32(0));
        channel.challengePeriod = uint32(within(period, 15 minutes, 30 days));
        vm.warp(time);
        manager.deposit(channel, DEPOSIT);
        vm.prank(channel.sender);
        manager.requestClose(channel, 0, 0, "");
        uint256 closesAt = _state(channel).closesAt;
        uint256 end = uint256(time) + channel.challengePeriod;
        check(closesAt == (end < CLOSED ? end : uint256(CLOSED) - 1), "I5");
        if (time < closesAt) {
            vm.warp(closesAt - 1);
            vm.expectRevert(abi.encodeWithSelector(IChannelManager.ChallengePeriodRunning.selector, closesAt));
            manager.finalize(channel);
            vm.warp(closesAt);
        }
        manager.finalize(channel);
        check(moody.balanceOf(channel.sender) == DEPOSIT, "I9");
    }
}
