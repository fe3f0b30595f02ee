// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Channel} from "../../../contracts/types/Channel.sol";
import {MoodyToken} from "./MoodyToken.sol";
import {Paths} from "./Paths.sol";
import {check, vm, within} from "./Vm.sol";

/// @title Money comes in: in every way that opens and tops up, and by a plain transfer
abstract contract Deposits is Paths {
    function deposit(uint256 which, uint256 amount) external watched(which) {
        Channel memory channel = channels[_index(which)];
        amount = within(amount, 1, 1e6);
        (bool success, ) = address(manager).call(abi.encodeCall(manager.deposit, (channel, amount)));
        _deposited(success, amount, address(this), Path.Open, Path.TopUp);
    }

    function depositByCallback(uint256 which, uint256 amount) external watched(which) {
        Channel memory channel = channels[_index(which)];
        amount = within(amount, 1, 1e6);
        bytes4 selector = bytes4(keccak256("transfer(address,uint256,bytes)"));
        bytes memory message = abi.encodeWithSelector(selector, address(manager), amount, abi.encode(channel));
        (bool success, ) = address(micro).call(message);
        if (channel.token != address(micro)) {
            check(!success, "a callback for another token");
            return;
        }
        _deposited(success, amount, address(this), Path.OpenByCallback, Path.TopUpByCallback);
    }

    function depositByAuthorization(uint256 which, uint256 amount, bytes32 salt) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (channel.token != address(micro)) return;
        amount = within(amount, 1, 1e6);
        micro.transfer(channel.sender, amount);
        salt = keccak256(abi.encode(salt, ++salts));
        bytes memory signature = _authorization(i, amount, salt);
        bytes memory message = abi.encodeCall(
            manager.depositWithAuthorization,
            (channel, amount, 0, NEVER, salt, signature)
        );
        vm.prank(stranger);
        (bool success, ) = address(manager).call(message);
        if (!success) {
            vm.prank(channel.sender);
            micro.transfer(address(this), amount);
        }
        _deposited(success, amount, channel.sender, Path.OpenByAuthorization, Path.TopUpByAuthorization);
    }

    function depositByPermit2(uint256 which, uint256 amount) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        bool honest = channel.token == address(micro);
        amount = within(amount, 1, 1e6);
        if (honest) micro.transfer(channel.sender, amount);
        else moody.mint(channel.sender, amount);
        uint256 nonce = uint256(keccak256(abi.encode(++salts)));
        bytes memory signature = _permit(i, amount, nonce);
        bytes memory message = abi.encodeCall(manager.depositWithPermit2, (channel, amount, nonce, NEVER, signature));
        vm.prank(stranger);
        (bool success, ) = address(manager).call(message);
        if (!success) {
            vm.prank(channel.sender);
            if (honest) micro.transfer(address(this), amount);
            else moody.burn(channel.sender, amount);
        }
        _deposited(success, amount, channel.sender, Path.OpenByPermit2, Path.TopUpByPermit2);
    }

    /// @dev A deposit into an open or new channel is taken unless the token refuses; any other is refused.
    function _deposited(bool success, uint256 amount, address payer, Path opening, Path toppingUp) private {
        uint256 i = touched;
        check(!success || before[i].closesAt == 0, "I4, I5: a deposit into a channel that is not open");
        check(success || before[i].closesAt != 0 || _upset(i, payer), "a good deposit was refused");
        if (!success) {
            ++reached[uint256(Path.DepositRefused)];
            return;
        }
        ++reached[uint256(before[i].deposit == 0 ? opening : toppingUp)];
        paidIn[channels[i].token] += amount;
        deposited[i] += amount;
    }

    /// @notice A direct transfer is nobody's and changes nothing.
    function donate(uint256 which, uint256 amount) external watched(which) {
        address token = channels[_index(which)].token;
        if (token == address(moody) && moody.mood() != MoodyToken.Mood.Fine) return;
        if (token == address(moody) && moody.isBlocked(address(this))) return;
        amount = within(amount, 1, 1e6);
        uint256 had = IERC20(token).balanceOf(address(manager));
        IERC20(token).transfer(address(manager), amount);
        donated[token] += IERC20(token).balanceOf(address(manager)) - had;
        ++reached[uint256(Path.Donate)];
    }
}
