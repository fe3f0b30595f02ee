// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Channel, ChannelState} from "../../../contracts/types/Channel.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {MoodyToken} from "./MoodyToken.sol";
import {World} from "./World.sol";
import {check, vm} from "./Vm.sol";

/// @notice What ought to be: the channels in play, what everybody put in and signed, and what every state was before the
/// call that is running. After the call it is compared with what is.
abstract contract Ledger is World {
    uint256 public constant CHANNELS = 10;

    Channel[] internal channels;
    bytes32[] internal ids;
    address[5] internal people; // whom a channel can pay: three senders and two receivers
    address internal stranger;
    uint256[] internal senderKeys; // the key that signs for the sender side, by channel
    uint256[] internal receiverKeys;

    // Ghosts, by channel
    mapping(uint256 channel => uint256) public deposited;
    mapping(uint256 channel => uint256) public maxSigned; // highest balance signed, or amount conceded
    mapping(uint256 channel => uint256) public expectedSettled;
    mapping(uint256 channel => bool) public expectedClosed;
    mapping(uint256 channel => uint256) public closedAs; // hash of the state when it closed
    mapping(uint256 channel => uint256) public closesAtSet; // the first `closesAt` that was not zero

    // Ghosts, by token
    mapping(address token => uint256) public paidIn;
    mapping(address token => uint256) public donated;

    ChannelState[CHANNELS] internal before;
    uint256 internal owedBefore;
    uint256 internal nosyCalls;
    uint256 internal touched;
    uint256 internal salts;

    constructor() {
        _deploy();
        _deployPermit2();
        people = [vm.addr(SENDER), vm.addr(SENDER + 1), vm.addr(SENDER + 2), vm.addr(RECEIVER), vm.addr(RECEIVER + 1)];
        stranger = vm.addr(STRANGER);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(people[i]);
            micro.approve(PERMIT2, NEVER);
            vm.prank(people[i]);
            moody.approve(PERMIT2, NEVER);
        }
        for (uint256 i = 0; i < CHANNELS; ++i) {
            // Salts collide on purpose: channels differ in one member, or in several.
            Channel memory channel = _terms(i % 3 == 0 ? address(micro) : address(moody), false, bytes32(i / 5));
            uint256 senderKey = SENDER + (i % 3);
            uint256 receiverKey = RECEIVER + (i % 2);
            channel.sender = vm.addr(senderKey);
            channel.receiver = vm.addr(receiverKey);
            if (i % 4 == 1) (senderKey, channel.senderSigner) = (SENDER_SIGNER, vm.addr(SENDER_SIGNER));
            if (i % 5 == 2) (receiverKey, channel.receiverSigner) = (RECEIVER_SIGNER, vm.addr(RECEIVER_SIGNER));
            if (i == 9) channel.challengePeriod = 15 minutes;
            channels.push(channel);
            ids.push(manager.channelId(channel));
            senderKeys.push(senderKey);
            receiverKeys.push(receiverKey);
        }
    }

    // ------------------------------------------------------------------------------------------ before and after

    /// @dev Only the channel that is named may change; the checks of every call.
    modifier watched(uint256 which) {
        touched = _index(which);
        _remember();
        _;
        _compare(false);
        _after();
    }

    /// @dev Any channel may change, in the ways that channels may.
    modifier watchedAll() {
        _remember();
        _;
        _compare(true);
        _after();
    }

    function _after() internal virtual;

    function _remember() private {
        for (uint256 i = 0; i < CHANNELS; ++i) before[i] = manager.stateOf(ids[i]);
        owedBefore = totalOwed(address(moody));
    }

    /// @notice I3, I4, I5, I8, I12: what one call may do to a channel, and to all others.
    function _compare(bool all) private {
        check(moody.answered() == 0, "I12: the manager was re-entered");
        for (uint256 i = 0; i < CHANNELS; ++i) {
            ChannelState memory old = before[i];
            ChannelState memory state = manager.stateOf(ids[i]);
            bool same = _hash(old) == _hash(state);
            check(same || all || i == touched, "I8: another channel changed");
            check(state.deposit >= old.deposit, "I3: deposit shrank");
            check(state.settled >= old.settled, "I3: settled shrank");
            check(same || old.closesAt != CLOSED, "I4: a closed channel changed");
            if (old.closesAt != 0) {
                check(state.closesAt == old.closesAt || state.closesAt == CLOSED, "I5: closesAt was moved");
                check(state.deposit == old.deposit, "I5: a channel that is not open took a deposit");
            }
            if (closesAtSet[i] == 0 && state.closesAt != 0) closesAtSet[i] = state.closesAt;
            if (closedAs[i] == 0 && state.closesAt == CLOSED) closedAs[i] = uint256(_hash(state));
        }
    }

    function _hash(ChannelState memory state) internal pure returns (bytes32) {
        return keccak256(abi.encode(state));
    }

    // -------------------------------------------------------------------------------------------- expectations

    function _credited(uint256 i, uint256 amount) internal {
        uint256 total = _capped(i, amount);
        if (total > expectedSettled[i]) expectedSettled[i] = total;
    }

    function _closed(uint256 i) internal {
        expectedClosed[i] = true;
    }

    function _conceded(uint256 i, uint256 amount) internal {
        if (amount > maxSigned[i]) maxSigned[i] = amount;
    }

    function _capped(uint256 i, uint256 amount) internal view returns (uint256) {
        return amount < before[i].deposit ? amount : before[i].deposit;
    }

    function _index(uint256 which) internal pure returns (uint256) {
        return which % CHANNELS;
    }

    function _isLive(uint256 i) internal view returns (bool) {
        return before[i].deposit != 0 && before[i].closesAt != CLOSED;
    }

    function _sameBatch(uint256 i, Channel memory shared) internal view returns (bool) {
        Channel memory channel = channels[i];
        return
            channel.receiver == shared.receiver &&
            channel.receiverSigner == shared.receiverSigner &&
            channel.token == shared.token &&
            channel.challengePeriod == shared.challengePeriod;
    }

    function _moodyRefuses() internal view returns (bool) {
        MoodyToken.Mood mood = moody.mood();
        return mood != MoodyToken.Mood.Fine && mood != MoodyToken.Mood.Silent && mood != MoodyToken.Mood.Nosy;
    }

    /// @dev Whether the token of channel `i` has a reason to refuse a deposit by `payer`.
    function _upset(uint256 i, address payer) internal view returns (bool) {
        return channels[i].token == address(moody) && (_moodyRefuses() || moody.isBlocked(payer));
    }

    function _anyone(uint256 who) internal view returns (address) {
        Channel memory channel = channels[who % CHANNELS];
        address[4] memory callers = [stranger, channel.receiver, address(this), channel.token];
        return callers[(who >> 8) % 4];
    }

    // ------------------------------------------------------------------------------------------------ signatures

    function _sign(uint256 i, uint256 balance) internal returns (bytes memory) {
        if (balance > maxSigned[i]) maxSigned[i] = balance;
        return _proof(senderKeys[i], channels[i], balance);
    }

    function _signAs(uint256 key, uint256 i, uint256 balance) internal view returns (bytes memory) {
        return _proof(key, channels[i], balance);
    }

    function _agree(uint256 i, uint256 amount) internal view returns (bytes memory) {
        return _agreement(receiverKeys[i], channels[i], amount);
    }

    function _ask(uint256 i, uint256 amount) internal view returns (bytes memory) {
        return _request(senderKeys[i], channels[i], amount);
    }

    /// @dev A signature that is good for something, but not what it will be used for.
    function _forged(uint256 i, uint256 balance, uint256 way) internal view returns (bytes memory proof) {
        way %= 6;
        if (way == 0) return _proof(STRANGER, channels[i], balance);
        if (way == 1) return _proof(senderKeys[i], channels[(i + 1) % CHANNELS], balance);
        if (way == 2) return _proof(senderKeys[i], channels[i], balance - 1);
        if (way == 3) return _agreement(senderKeys[i], channels[i], balance);
        if (way == 4) return _request(receiverKeys[i], channels[i], balance);
        proof = _proof(receiverKeys[i], channels[i], balance);
    }

    function _authorization(uint256 i, uint256 amount, bytes32 salt) internal view returns (bytes memory) {
        bytes32 typehash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 nonce = keccak256(abi.encode(manager.channelId(channels[i]), salt)) & bytes32(~uint256(2 ** 64 - 1));
        bytes32 structHash = keccak256(
            abi.encode(typehash, channels[i].sender, address(manager), amount, uint256(0), NEVER, nonce)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", micro.DOMAIN_SEPARATOR(), structHash));
        return _sign(SENDER + (i % 3), digest);
    }

    function _permit(uint256 i, uint256 amount, uint256 nonce) internal view returns (bytes memory) {
        string memory permissions = "TokenPermissions(address token,uint256 amount)";
        bytes32 typehash = keccak256(
            abi.encodePacked(
                "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,",
                "ChannelDeposit witness)ChannelDeposit(bytes32 channelId)",
                permissions
            )
        );
        bytes32 permitted = keccak256(abi.encode(keccak256(bytes(permissions)), channels[i].token, amount));
        bytes32 witness = keccak256(abi.encode(keccak256("ChannelDeposit(bytes32 channelId)"), ids[i]));
        bytes32 domain = IERC20Permit(PERMIT2).DOMAIN_SEPARATOR();
        bytes32 structHash = keccak256(abi.encode(typehash, permitted, address(manager), nonce, NEVER, witness));
        return _sign(SENDER + (i % 3), keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    // ----------------------------------------------------------------------------------------------------- sums

    function all() external view returns (Channel[] memory, ChannelState[] memory states) {
        states = new ChannelState[](CHANNELS);
        for (uint256 i = 0; i < CHANNELS; ++i) states[i] = manager.stateOf(ids[i]);
        return (channels, states);
    }

    function tokens() external view returns (IERC20[2] memory) {
        return [IERC20(micro), IERC20(moody)];
    }

    function bank() external view returns (address) {
        return address(manager);
    }

    function payees() external view returns (address[5] memory) {
        return people;
    }

    function totalOwed(address token) public view returns (uint256 sum) {
        for (uint256 i = 0; i < people.length; ++i) sum += manager.owed(token, people[i]);
    }
}
