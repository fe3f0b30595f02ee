// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChannelManager} from "../../contracts/interfaces/IChannelManager.sol";
import {Channel, ChannelState, Claim} from "../../contracts/types/Channel.sol";
import {World} from "./support/World.sol";
import {check, vm, within} from "./support/Vm.sol";

/// @title `settleMany` equals its rows one by one (SPEC: I11)
contract SettleManyTest is World {
    uint256 private constant DEPOSIT = 1000;
    uint256 private constant CHANNELS = 6;

    Channel[] private channels;

    function setUp() public {
        _deploy();
        for (uint256 i = 0; i < CHANNELS; ++i) {
            Channel memory channel = _terms(address(moody), false, bytes32(i));
            channel.sender = vm.addr(SENDER + i);
            channel.receiverSigner = vm.addr(RECEIVER_SIGNER);
            if (i & 1 != 0) channel.senderSigner = vm.addr(SENDER_SIGNER);
            channels.push(channel);
            if (i == 0) continue; // unknown
            manager.deposit(channel, DEPOSIT);
            if (i < 4) continue; // open
            vm.prank(channel.sender);
            manager.requestClose(channel, 10, 0, "");
            if (i < 5) continue; // closing
            vm.warp(block.timestamp + 1 days);
            manager.finalize(channel); // closed
        }
    }

    /// @dev A row that may be good, and may be spoiled in any of the ways there are. The same channel may come twice.
    function _row(uint256 seed) private view returns (Claim memory) {
        uint256 i = seed % CHANNELS;
        Channel memory channel = channels[i];
        uint256 balance = within(seed >> 8, 0, 2 * DEPOSIT);
        uint256 amount = (seed >> 200) % 4 == 0 ? within(seed >> 72, 0, 2 * DEPOSIT) : balance;
        bytes memory proof = _proof(i & 1 != 0 ? SENDER_SIGNER : SENDER + i, channel, balance);
        uint256 way = (seed >> 208) % 8;
        if (way == 1) proof[(seed >> 216) % 65] ^= 0x01;
        if (way == 2) proof = abi.encodePacked(proof, uint8(0));
        if (way == 3) channel.salt = bytes32(seed);
        if (way == 4) proof = "";
        return _claim(channel, amount, balance, proof);
    }

    function _many(Claim[] memory claims) private {
        Channel memory shared = channels[0];
        manager.settleMany(shared.receiver, shared.receiverSigner, shared.token, shared.challengePeriod, claims);
    }

    function _states() private view returns (bytes32) {
        ChannelState[] memory states = new ChannelState[](CHANNELS);
        for (uint256 i = 0; i < CHANNELS; ++i) states[i] = _state(channels[i]);
        return keccak256(abi.encode(states));
    }

    /// @dev One by one, then undone: how much the receiver gets and what the states are after.
    function oneByOne(Claim[] calldata claims) external {
        address receiver = channels[0].receiver;
        uint256 before = moody.balanceOf(receiver);
        for (uint256 i = 0; i < claims.length; ++i) {
            Channel memory channel = channels[0];
            channel.sender = claims[i].sender;
            channel.senderSigner = claims[i].senderSigner;
            channel.salt = claims[i].salt;
            try manager.settle(channel, claims[i].amount, claims[i].balance, claims[i].proof) {} catch {}
        }
        revert Outcome(moody.balanceOf(receiver) - before, _states());
    }

    error Outcome(uint256 paid, bytes32 states);

    /// @notice I11
    function testFuzz_EqualsItsRowsOneByOne(uint256[] calldata seeds) external {
        uint256 length = seeds.length < 12 ? seeds.length : 12;
        Claim[] memory claims = new Claim[](length);
        for (uint256 i = 0; i < length; ++i) claims[i] = _row(seeds[i]);

        bytes memory expected;
        try this.oneByOne(claims) {
            check(false, "I11");
        } catch (bytes memory reason) {
            expected = reason;
        }
        bytes memory nothing = abi.encodeWithSelector(Outcome.selector, uint256(0), _states());
        address receiver = channels[0].receiver;
        uint256 before = moody.balanceOf(receiver);
        if (keccak256(expected) == keccak256(nothing)) {
            vm.expectRevert(IChannelManager.NothingToSettle.selector);
            _many(claims);
            return;
        }
        _many(claims);
        bytes memory actual = abi.encodeWithSelector(Outcome.selector, moody.balanceOf(receiver) - before, _states());
        check(keccak256(expected) == keccak256(actual), "I11");
    }

    /// @notice I11: bytes that no encoder would write sink no batch: dirty bits, offsets astray, a length without end.
    function testFuzz_BadRowsDoNotSinkTheBatch(uint256 where, uint256 what) external {
        Claim[] memory claims = new Claim[](2);
        for (uint256 i = 0; i < 2; ++i) {
            Channel memory channel = channels[i + 1];
            uint256 key = i & 1 == 0 ? SENDER_SIGNER : SENDER + 2;
            claims[i] = _claim(channel, 500, 500, _proof(key, channel, 500));
        }
        Channel memory shared = channels[0];
        bytes memory message = abi.encodeCall(
            manager.settleMany,
            (shared.receiver, shared.receiverSigner, shared.token, shared.challengePeriod, claims)
        );
        // The second row's words: its offset in the array, its six members, and the length of its proof.
        uint256 second = 4 + 32 * (5 + 1 + 2 + 10);
        uint256 place = where % 8 == 7 ? 4 + 32 * (5 + 1 + 1) : second + 32 * (where % 8);
        assembly ("memory-safe") {
            mstore(add(add(message, 0x20), place), what)
        }
        (bool success, ) = address(manager).call(message);
        check(success, "I11");
        check(_state(channels[1]).settled == 500, "I11");
    }
}
