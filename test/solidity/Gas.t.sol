// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {Channel} from "../../contracts/types/Channel.sol";
import {MoodyToken} from "./support/MoodyToken.sol";
import {World} from "./support/World.sol";
import {check, vm, within} from "./support/Vm.sol";

/// @notice Honest, but every transfer takes two million gas.
contract ThirstyToken is ERC20("Thirsty", "THIRST") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 start = gasleft();
        while (start - gasleft() < 2_000_000) {}
        super._update(from, to, value);
    }
}

/// @title What a caller can do by giving too little gas (SPEC: I9, I10; known issues 2 and 3)
contract GasTest is World {
    uint256 private constant DEPOSIT = 1000;
    uint256 private constant SIGNED = 400;

    Channel private channel;
    ThirstyToken private thirsty;

    function setUp() public {
        _deploy();
        thirsty = new ThirstyToken();
        thirsty.mint(address(this), DEPOSIT);
        thirsty.approve(address(manager), DEPOSIT);
        // As on a chain in use: nobody's balance is zero.
        moody.mint(vm.addr(SENDER), 1);
        moody.mint(vm.addr(RECEIVER), 1);
    }

    function _open(address token) private {
        channel = _terms(token, false, "gas");
        manager.deposit(channel, DEPOSIT);
    }

    /// @dev One of the four calls that pay out; `by` says who may make it.
    function _message(uint256 which) private returns (address by, bytes memory message) {
        bytes memory proof = _proof(SENDER, channel, SIGNED);
        if (which == 0) return (vm.addr(STRANGER), abi.encodeCall(manager.settle, (channel, SIGNED, SIGNED, proof)));
        if (which == 1) {
            return (channel.receiver, abi.encodeCall(manager.close, (channel, SIGNED, SIGNED, proof, 0, "")));
        }
        if (which == 2) return (channel.sender, abi.encodeCall(manager.requestClose, (channel, SIGNED, 0, "")));
        vm.prank(channel.sender);
        manager.requestClose(channel, 0, 0, "");
        vm.warp(block.timestamp + channel.challengePeriod);
        return (vm.addr(STRANGER), abi.encodeCall(manager.finalize, (channel)));
    }

    function _owed(address token) private view returns (uint256) {
        return manager.owed(token, channel.sender) + manager.owed(token, channel.receiver);
    }

    /// @notice I9, I10: with an ordinary token, too little gas makes the whole call revert; no payout becomes a debt.
    /// What booking a debt costs would have to fit into a 64th of what the token got.
    function testFuzz_AStarvedCallPaysOrReverts(uint256 gas, uint256 which) external {
        _open(address(moody));
        (address by, bytes memory message) = _message(which % 4);
        gas = within(gas, 1, 120_000);
        vm.prank(by);
        (bool success, ) = address(manager).call{gas: gas}(message);
        check(_owed(address(moody)) == 0, "I9, I10: a starved payout is owed");
        check(success == (moody.balanceOf(address(manager)) != DEPOSIT), "I6");
    }

    /// @notice Known issue 2: a token that needs more than 1.5 million gas can be starved; the debt is paid by `collect`.
    function test_AThirstyTokenCanBeStarved() external {
        _open(address(thirsty));
        (, bytes memory message) = _message(0);
        (bool success, ) = address(manager).call{gas: 1_900_000}(message);
        check(success && _state(channel).settled == SIGNED, "I10");
        check(_owed(address(thirsty)) == SIGNED && thirsty.balanceOf(channel.receiver) == 0, "I10");
        manager.collect(address(thirsty), channel.receiver);
        check(_owed(address(thirsty)) == 0 && thirsty.balanceOf(channel.receiver) == SIGNED, "I10");
    }

    /// @notice Known issue 3: what a token that burns all gas makes a call with one payout cost.
    function testFuzz_ABurningTokenCostsTwoMillion(uint256 which) external {
        which = within(which, 0, 2);
        if (which == 1) which = 3; // `close` pays twice
        _open(address(moody));
        (address by, bytes memory message) = _message(which);
        moody.setMood(MoodyToken.Mood.Burning);
        vm.prank(by);
        (bool success, ) = address(manager).call{gas: 1_400_000}(message);
        check(!success, "less is enough");
        vm.prank(by);
        (success, ) = address(manager).call{gas: 2_000_000}(message);
        check(success && _owed(address(moody)) == (which == 3 ? DEPOSIT : SIGNED), "I9, I10");
    }
}
