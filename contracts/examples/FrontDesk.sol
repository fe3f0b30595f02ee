// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IChannelManager} from "../interfaces/IChannelManager.sol";
import {Channel} from "../types/Channel.sol";

/// @title FrontDesk
/// @notice An example: a contract that opens channels for its users. The shop's side of the terms is fixed here, so that
/// a customer names no more than the key that will sign for it and an amount.
/// @dev The channels belong to the customers: what is not spent comes back to them, never here. The desk holds no tokens
/// between calls, so that its unlimited approval of the manager is of no use to anyone. Tokens that take a fee on
/// transfers fail: less arrives than the manager is told to pull.
contract FrontDesk {
    using SafeERC20 for IERC20;

    /// @notice Where the channels are.
    IChannelManager public immutable MANAGER;

    /// @notice What the shop is paid in.
    IERC20 public immutable TOKEN;

    /// @notice Who is paid.
    address public immutable RECEIVER;

    /// @notice The key that agrees to closings for the receiver; zero: the receiver itself.
    address public immutable RECEIVER_SIGNER;

    /// @notice Seconds the receiver has to answer a close it did not agree to.
    uint32 public immutable CHALLENGE_PERIOD;

    /// @param manager Where the channels are.
    /// @param token What the shop is paid in.
    /// @param receiver Who is paid.
    /// @param receiverSigner The key that agrees to closings for the receiver; zero: the receiver itself.
    /// @param challengePeriod Seconds the receiver has to answer a close it did not agree to.
    constructor(
        IChannelManager manager,
        IERC20 token,
        address receiver,
        address receiverSigner,
        uint32 challengePeriod
    ) {
        MANAGER = manager;
        TOKEN = token;
        RECEIVER = receiver;
        RECEIVER_SIGNER = receiverSigner;
        CHALLENGE_PERIOD = challengePeriod;
        token.forceApprove(address(manager), type(uint256).max);
    }

    /// @notice Opens the caller's channel to the shop, or tops it up, with tokens that the caller approved for this desk.
    /// @param senderSigner The key that will sign payments, such as a session key; zero: the caller itself.
    /// @param salt Tells apart channels of one caller and key; a closed one's can never be used again.
    /// @param amount How much, in the token's smallest unit.
    /// @return id The channel's id.
    function open(address senderSigner, bytes32 salt, uint256 amount) public returns (bytes32 id) {
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        return MANAGER.deposit(terms(msg.sender, senderSigner, salt), amount);
    }

    /// @notice The same in one transaction, with a signed ERC-2612 permit in place of the approval.
    /// @param deadline The permit is good until this time (Unix seconds).
    /// @param v Of the permit's signature, as are `r` and `s`.
    function openWithPermit(
        address senderSigner,
        bytes32 salt,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 id) {
        // Anyone may have used the permit already, to make this call fail; what counts is the allowance.
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return open(senderSigner, salt, amount);
    }

    /// @notice The terms of a customer's channel to the shop: what the customer needs for everything else.
    function terms(address customer, address senderSigner, bytes32 salt) public view returns (Channel memory) {
        return
            Channel({
                sender: customer,
                senderSigner: senderSigner,
                receiver: RECEIVER,
                receiverSigner: RECEIVER_SIGNER,
                token: address(TOKEN),
                challengePeriod: CHALLENGE_PERIOD,
                salt: salt
            });
    }
}
