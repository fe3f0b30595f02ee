// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IChannelManager} from "../../../contracts/interfaces/IChannelManager.sol";
import {Channel} from "../../../contracts/types/Channel.sol";
import {Paths} from "./Paths.sol";
import {within} from "./Vm.sol";

/// @title What nobody may do, with good and bad signatures, in every state of a channel
abstract contract Wrongdoing is Paths {
    /// @notice Proofs, agreements and requests of the wrong key, channel, total and type.
    function forge(uint256 which, uint256 balance, uint256 way) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (!_isLive(i)) return;
        balance = within(balance, 1, type(uint256).max);
        bytes memory proof = _forged(i, balance, way);
        bytes4 wrong = IChannelManager.InvalidProof.selector;
        bytes memory message = abi.encodeCall(manager.settle, (channel, balance, balance, proof));
        _refuses(stranger, message, wrong, "I7: settled by a forgery");
        message = abi.encodeCall(manager.close, (channel, balance, balance, proof, NEVER, proof));
        _refuses(stranger, message, wrong, "I7: closed by a forgery");
        message = abi.encodeCall(manager.settle, (channel, balance, balance - 1, proof));
        _refuses(stranger, message, IChannelManager.AmountExceedsBalance.selector, "I7: settled above the balance");
        message = abi.encodeCall(manager.close, (channel, balance, 0, "", NEVER, proof));
        _refuses(channel.sender, message, IChannelManager.InvalidAgreement.selector, "I10: a forged agreement");
        if (before[i].closesAt == 0) {
            message = abi.encodeCall(manager.requestClose, (channel, balance, NEVER, proof));
            _refuses(stranger, message, IChannelManager.InvalidRequest.selector, "I7: a forged request");
        }
        ++reached[uint256(Path.ForgeryRefused)];
    }

    /// @notice Without a signature, nobody but the two sides has rights; nobody at all has the other side's.
    function trespass(uint256 which, uint256 amount, bool nobody) external watched(which) {
        uint256 i = _index(which);
        Channel memory channel = channels[i];
        if (!_isLive(i)) return;
        amount = within(amount, uint256(before[i].settled) + 1, type(uint256).max);
        address trespasser = nobody ? address(0) : stranger;
        string memory rule = nobody ? "I14: nobody has rights" : "I7: a stranger has rights";
        bytes4 wrong = IChannelManager.InvalidProof.selector;
        bytes memory message = abi.encodeCall(manager.close, (channel, amount, amount, "", NEVER, ""));
        _refuses(trespasser, message, wrong, rule);
        _refuses(channel.receiver, message, wrong, "I7: a receiver needs a proof");
        message = abi.encodeCall(manager.close, (channel, 0, 0, "", NEVER, ""));
        _refuses(
            channel.sender,
            message,
            IChannelManager.InvalidAgreement.selector,
            "I10: a sender needs an agreement"
        );
        if (before[i].closesAt == 0) {
            message = abi.encodeCall(manager.requestClose, (channel, 0, NEVER, ""));
            _refuses(trespasser, message, IChannelManager.InvalidRequest.selector, rule);
        }
        ++reached[uint256(Path.StrangerRefused)];
    }

    /// @notice I4: nothing moves a channel that is closed, or was never opened, however good the caller and the signature.
    function disturb(uint256 which, uint256 how) external watched(which) {
        uint256 i = _index(which);
        if (_isLive(i)) return;
        Channel memory channel = channels[i];
        bool closed = before[i].closesAt == CLOSED;
        bytes4 wrong = closed ? IChannelManager.ChannelIsClosed.selector : IChannelManager.ChannelNotFound.selector;
        uint256 more = type(uint112).max;
        bytes memory proof = _signAs(senderKeys[i], i, more); // not recorded as signed: nothing may come of it
        address caller = channel.receiver;
        bytes memory message = abi.encodeCall(manager.settle, (channel, more, more, proof));
        if (how % 4 == 1) message = abi.encodeCall(manager.close, (channel, more, more, proof, 0, ""));
        if (how % 4 == 2) message = abi.encodeCall(manager.finalize, (channel));
        if (how % 4 == 3) {
            caller = channel.sender;
            message = abi.encodeCall(manager.requestClose, (channel, more, 0, ""));
            if (closed) wrong = IChannelManager.ChannelNotOpen.selector;
        }
        _refuses(caller, message, wrong, "I4: a closed or unknown channel was moved");
        ++reached[uint256(Path.DeadRefused)];
    }
}
