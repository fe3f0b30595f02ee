// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChannelManager} from "../../contracts/interfaces/IChannelManager.sol";
import {Channel, Claim} from "../../contracts/types/Channel.sol";
import {World} from "./support/World.sol";
import {check, vm, within} from "./support/Vm.sol";

/// @title A chain id that changes after deployment (SPEC: I13)
contract ChainIdTest is World {
    uint256 private constant DEPOSIT = 1000;

    Channel private channel;

    function setUp() public {
        _deploy();
        channel = _terms(address(moody), false, "fork");
        manager.deposit(channel, DEPOSIT);
    }

    function _fork(uint256 chainId) private returns (uint256) {
        chainId = within(chainId, 1, type(uint64).max);
        vm.assume(chainId != block.chainid);
        vm.chainId(chainId);
        return chainId;
    }

    /// @notice I13: ids stay, so deposits are not stranded: the sender gets out by itself.
    function testFuzz_IdsAndExitsOutliveAFork(uint256 chainId) external {
        bytes32 id = manager.channelId(channel);
        _fork(chainId);
        check(manager.channelId(channel) == id, "I13");
        manager.deposit(channel, DEPOSIT);
        vm.prank(channel.sender);
        manager.requestClose(channel, 0, 0, "");
        vm.warp(block.timestamp + channel.challengePeriod);
        manager.finalize(channel);
        check(moody.balanceOf(channel.sender) == 2 * DEPOSIT, "I13");
    }

    /// @notice I13: what was signed for one branch is worth nothing on the other.
    function testFuzz_SignaturesAreForOneBranch(uint256 chainId) external {
        bytes memory proof = _proof(SENDER, channel, DEPOSIT);
        bytes memory agreement = _agreement(RECEIVER, channel, 0);
        bytes memory request = _request(SENDER, channel, 0);
        _fork(chainId);
        vm.expectRevert(IChannelManager.InvalidProof.selector);
        manager.settle(channel, DEPOSIT, DEPOSIT, proof);
        vm.expectRevert(IChannelManager.InvalidRequest.selector);
        manager.requestClose(channel, 0, NEVER, request);
        vm.prank(channel.sender);
        vm.expectRevert(IChannelManager.InvalidAgreement.selector);
        manager.close(channel, 0, 0, "", NEVER, agreement);
        vm.expectRevert(IChannelManager.NothingToSettle.selector);
        manager.settleMany(channel.receiver, address(0), channel.token, channel.challengePeriod, _batch(proof));
    }

    /// @notice I13: and what is signed anew for the new branch is good there, one by one and in a batch.
    function testFuzz_SignaturesFollowTheLiveChainId(uint256 chainId, bool batch) external {
        chainId = _fork(chainId);
        (, , , uint256 told, , , ) = manager.eip712Domain();
        check(told == chainId, "I13");
        bytes memory proof = _proof(SENDER, channel, DEPOSIT);
        if (batch) {
            manager.settleMany(channel.receiver, address(0), channel.token, channel.challengePeriod, _batch(proof));
        } else {
            manager.settle(channel, DEPOSIT, DEPOSIT, proof);
        }
        check(moody.balanceOf(channel.receiver) == DEPOSIT, "I13");
    }

    function _batch(bytes memory proof) private view returns (Claim[] memory claims) {
        claims = new Claim[](1);
        claims[0] = _claim(channel, DEPOSIT, DEPOSIT, proof);
    }
}
