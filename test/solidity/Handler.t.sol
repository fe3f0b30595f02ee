// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IChannelManager} from "../../contracts/interfaces/IChannelManager.sol";
import {Channel, ChannelState, Claim} from "../../contracts/types/Channel.sol";
import {Ledger} from "./support/Ledger.sol";
import {MoodyToken} from "./support/MoodyToken.sol";
import {check, vm, within} from "./support/Vm.sol";

/// @notice Plays everybody: three senders, two receivers, their delegated keys, relayers, strangers, two tokens, time.
/// Whatever the seeds, every call is one that the manager must take, or one that it must refuse in the way expected.
contract Handler is Ledger {
    enum Path {
        Open,
        TopUp,
        OpenByCallback,
        TopUpByCallback,
        OpenByAuthorization,
        TopUpByAuthorization,
        OpenByPermit2,
        TopUpByPermit2,
        Settle,
        SettleCapped,
        SettleAfterClosesAt,
        SettleMany,
        SettleManySkipping,
        CloseByReceiver,
        CloseByReceiverSigner,
        CloseByReceiverWithoutProof,
        CloseBySender,
        CloseByAnyone,
        CloseWhileClosing,
        RequestBySender,
        RequestBySenderSigner,
        RequestByAnyone,
        Finalize,
        PayoutOwed,
        Collect,
        CollectRefused,
        Nosy,
        DepositRefused,
        ForgeryRefused,
        StrangerRefused,
        DeadRefused,
        SecondRequestRefused,
        TooEarly,
        Donate
    }

    uint256 public constant PATHS = uint256(type(Path).max) + 1;

    mapping(uint256 path => uint256) public reached;

    // ------------------------------------------------------------------------------------------------ deposits

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

    // ------------------------------------------------------------------------------------------------ settling

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

    // ------------------------------------------------------------------------------------------------- closing

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

    // -------------------------------------------------------------------------------------------- wrongdoing

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

    function _refuses(address caller, bytes memory message, bytes4 error, string memory rule) private {
        vm.prank(caller);
        (bool success, bytes memory reason) = address(manager).call(message);
        check(!success, rule);
        check(bytes4(reason) == error, string.concat(rule, ": refused for another reason"));
    }

    /// @dev Three of four closings are put off, so that a sequence does not end before it began.
    function _reluctant(uint256 seed) private pure returns (bool) {
        return (seed >> 8) % 4 != 0;
    }

    // -------------------------------------------------------------------------------------------------- worlds

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
