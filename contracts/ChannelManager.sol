// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IChannelManager} from "./interfaces/IChannelManager.sol";
import {IERC223Recipient} from "./interfaces/IERC223Recipient.sol";
import {Pulls} from "./libraries/Pulls.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Terms} from "./libraries/Terms.sol";
import {Channel, ChannelState, Claim, CLOSED} from "./types/Channel.sol";

/// @title ChannelManager
/// @notice Escrows the deposits of one-way payment channels and pays them out. The manual is `IChannelManager`.
/// @dev Every function that moves tokens goes: check, effect, log, interaction; one transient guard covers them all.
contract ChannelManager is IChannelManager, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Terms for Channel;

    /// @inheritdoc IChannelManager
    uint32 public constant MIN_CHALLENGE_PERIOD = Terms.MIN_CHALLENGE_PERIOD;

    /// @inheritdoc IChannelManager
    uint32 public constant MAX_CHALLENGE_PERIOD = Terms.MAX_CHALLENGE_PERIOD;

    /// @inheritdoc IChannelManager
    address public immutable CALLBACK_TOKEN;

    /// @dev Part of every id. Cached, so that a fork of the chain cannot strand deposits; the signing domain, in
    /// contrast, follows the live chain id.
    uint256 private immutable _CHAIN_ID;

    mapping(bytes32 id => ChannelState) private _states;

    /// @inheritdoc IChannelManager
    mapping(address token => mapping(address account => uint256)) public owed;

    /// @param callbackToken The one token whose ERC-223 callback is believed; zero: none.
    constructor(address callbackToken) EIP712("RMPS Channel Manager", "1") {
        CALLBACK_TOKEN = callbackToken;
        _CHAIN_ID = block.chainid;
    }

    // ------------------------------------------------------------------------------------------------- deposits

    /// @inheritdoc IChannelManager
    function deposit(Channel calldata channel, uint256 amount) external nonReentrant returns (bytes32 id) {
        id = _credit(channel, amount);
        uint256 balance = Pulls.balance(channel.token);
        IERC20(channel.token).safeTransferFrom(msg.sender, address(this), amount);
        _checkPulled(channel.token, balance, amount);
    }

    /// @inheritdoc IChannelManager
    function tokenReceived(
        address,
        uint256 amount,
        bytes calldata data
    ) external override(IChannelManager) nonReentrant returns (bytes4) {
        (bool wellFormed, Channel calldata channel) = Terms.parse(data);
        // In an eth_call without a sender, the caller is zero, and so may be CALLBACK_TOKEN.
        if (msg.sender != CALLBACK_TOKEN || msg.sender == address(0)) revert UnknownToken();
        if (wellFormed && channel.token != msg.sender) revert UnknownToken();
        if (amount != 0 && !wellFormed) revert InvalidTerms();
        _credit(channel, amount);
        return IERC223Recipient.tokenReceived.selector;
    }

    /// @inheritdoc IChannelManager
    function depositWithAuthorization(
        Channel calldata channel,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonceSalt,
        bytes calldata signature
    ) external nonReentrant returns (bytes32 id) {
        id = _credit(channel, amount);
        uint256 balance = Pulls.balance(channel.token);
        bytes32 nonce = Pulls.authorizationNonce(id, nonceSalt);
        Pulls.byAuthorization(channel, amount, validAfter, validBefore, nonce, signature);
        _checkPulled(channel.token, balance, amount);
    }

    /// @inheritdoc IChannelManager
    function depositWithPermit2(
        Channel calldata channel,
        uint256 amount,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (bytes32 id) {
        id = _credit(channel, amount);
        uint256 balance = Pulls.balance(channel.token);
        Pulls.byPermit2(channel, amount, id, nonce, deadline, signature);
        _checkPulled(channel.token, balance, amount);
    }

    // ------------------------------------------------------------------------------------------------- settling

    /// @inheritdoc IChannelManager
    function settle(
        Channel calldata channel,
        uint256 amount,
        uint256 balance,
        bytes calldata proof
    ) external nonReentrant {
        bytes32 id = channelId(channel);
        ChannelState memory state = _liveState(id);
        _checkProof(channel, id, amount, balance, proof);
        uint256 paid = state.credit(amount);
        if (paid == 0) revert NothingToSettle();

        _states[id] = state;
        emit ChannelSettled(id, paid, state.settled);
        _payOut(channel.token, channel.receiver, paid);
    }

    /// @inheritdoc IChannelManager
    function settleMany(
        address receiver,
        address receiverSigner,
        address token,
        uint32 challengePeriod,
        Claim[] calldata claims
    ) external nonReentrant {
        Terms.Preimage memory terms;
        terms.chainId = _CHAIN_ID;
        terms.manager = address(this);
        terms.receiver = receiver;
        terms.receiverSigner = receiverSigner;
        terms.token = token;
        terms.challengePeriod = challengePeriod;

        uint256 payout;
        for (uint256 i = 0; i < claims.length; ++i) {
            payout += _settleRow(terms, claims[i]);
        }
        if (payout == 0) revert NothingToSettle();
        _payOut(token, receiver, payout);
    }

    // -------------------------------------------------------------------------------------------------- closing

    /// @inheritdoc IChannelManager
    function close(
        Channel calldata channel,
        uint256 amount,
        uint256 balance,
        bytes calldata proof,
        uint256 deadline,
        bytes calldata agreement
    ) external nonReentrant {
        bytes32 id = channelId(channel);
        ChannelState memory state = _liveState(id);
        bool byReceiver = _isCaller(channel.receiver, channel.receiverSigner);
        bool bySender = _isCaller(channel.sender, channel.senderSigner);
        if (!bySender && !(byReceiver && amount <= state.settled)) {
            _checkProof(channel, id, amount, balance, proof);
        }
        if (!byReceiver) _checkAgreement(channel, id, amount, deadline, agreement);

        uint256 paid = state.credit(amount);
        _close(channel, id, state, paid);
    }

    /// @inheritdoc IChannelManager
    function requestClose(
        Channel calldata channel,
        uint256 amount,
        uint256 deadline,
        bytes calldata request
    ) external nonReentrant {
        bytes32 id = channelId(channel);
        ChannelState memory state = _states[id];
        if (state.deposit == 0) revert ChannelNotFound();
        if (state.closesAt != 0) revert ChannelNotOpen();
        if (!_isCaller(channel.sender, channel.senderSigner)) {
            _checkRequest(channel, id, amount, deadline, request);
        }

        uint256 paid = state.credit(amount);
        uint256 closesAt = block.timestamp + channel.challengePeriod;
        state.closesAt = closesAt < CLOSED ? uint32(closesAt) : CLOSED - 1;
        _states[id] = state;
        emit CloseRequested(id, state.settled, state.closesAt);
        _payOut(channel.token, channel.receiver, paid);
    }

    /// @inheritdoc IChannelManager
    function finalize(Channel calldata channel) external nonReentrant {
        bytes32 id = channelId(channel);
        ChannelState memory state = _liveState(id);
        if (state.closesAt == 0) revert CloseNotRequested();
        if (block.timestamp < state.closesAt) revert ChallengePeriodRunning(state.closesAt);

        _close(channel, id, state, 0);
    }

    /// @inheritdoc IChannelManager
    function collect(address token, address account) external nonReentrant returns (uint256 amount) {
        amount = owed[token][account];
        if (amount == 0) revert NothingOwed();

        owed[token][account] = 0;
        emit Collected(token, account, amount);
        IERC20(token).safeTransfer(account, amount);
    }

    // ---------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IChannelManager
    function channelId(Channel calldata channel) public view returns (bytes32) {
        return channel.id(_CHAIN_ID);
    }

    /// @inheritdoc IChannelManager
    function stateOf(bytes32 id) external view returns (ChannelState memory) {
        return _states[id];
    }

    // -------------------------------------------------------------------------------------------------- effects

    /// @dev Adds a deposit to the books and logs it; the tokens are here already or pulled next.
    function _credit(Channel calldata channel, uint256 amount) private returns (bytes32 id) {
        if (amount == 0) revert ZeroAmount();
        id = channelId(channel);
        ChannelState memory state = _states[id];
        if (state.closesAt != 0) revert ChannelNotOpen();
        if (amount > type(uint112).max - state.deposit) revert DepositOverflow();
        bool opening = state.deposit == 0;
        if (opening && !channel.isValid()) revert InvalidTerms();

        unchecked {
            state.deposit += uint112(amount); // fits, as was just checked
        }
        _states[id] = state;
        if (!opening) {
            emit ChannelToppedUp(id, amount, state.deposit);
            return id;
        }
        emit ChannelOpened(
            id,
            channel.sender,
            channel.receiver,
            channel.senderSigner,
            channel.receiverSigner,
            channel.token,
            channel.challengePeriod,
            channel.salt,
            amount
        );
    }

    /// @dev One row of a batch, everything but its payout. Nothing that stands in a row makes it revert.
    /// @return paid How much more the receiver gets; 0 if the row was skipped.
    function _settleRow(Terms.Preimage memory terms, Claim calldata claim) private returns (uint256 paid) {
        terms.sender = claim.sender;
        terms.senderSigner = claim.senderSigner;
        terms.salt = claim.salt;
        bytes32 id = Terms.id(terms);
        ChannelState memory state = _states[id];
        if (state.closesAt == CLOSED || claim.amount > claim.balance) return 0;
        paid = state.credit(claim.amount); // 0 also where there is no deposit, that is, no channel
        if (paid == 0) return 0;
        address key = Signatures.keyOf(claim.sender, claim.senderSigner);
        if (!_isProof(key, id, claim.balance, claim.proof)) return 0;

        _states[id] = state;
        emit ChannelSettled(id, paid, state.settled);
    }

    /// @dev Ends a channel whose `state` has been credited with the last `paid`, and pays both sides.
    function _close(Channel calldata channel, bytes32 id, ChannelState memory state, uint256 paid) private {
        uint256 refund = state.remainder();
        state.closesAt = CLOSED;
        _states[id] = state;
        emit ChannelClosed(id, state.settled, refund);
        _payOut(channel.token, channel.receiver, paid);
        _payOut(channel.token, channel.sender, refund);
    }

    // --------------------------------------------------------------------------------------------- interactions

    /// @dev Pays, or books the debt where the token refuses, so that nobody's trouble holds up the other side. The
    /// booking comes after the call because it depends on it; the guard keeps everyone out in between.
    function _payOut(address token, address account, uint256 amount) private {
        if (amount == 0 || IERC20(token).trySafeTransfer(account, amount)) return;
        owed[token][account] += amount;
        emit PayoutOwed(token, account, amount);
    }

    // --------------------------------------------------------------------------------------------------- checks

    function _checkPulled(address token, uint256 balance, uint256 amount) private view {
        unchecked {
            // A balance that shrank wraps around to far more than any deposit.
            if (Pulls.balance(token) - balance != amount) revert TransferMismatch();
        }
    }

    /// @dev The state of a channel that is open or closing.
    function _liveState(bytes32 id) private view returns (ChannelState memory state) {
        state = _states[id];
        if (state.deposit == 0) revert ChannelNotFound();
        if (state.closesAt == CLOSED) revert ChannelIsClosed();
    }

    function _checkProof(
        Channel calldata channel,
        bytes32 id,
        uint256 amount,
        uint256 balance,
        bytes calldata proof
    ) private view {
        if (amount > balance) revert AmountExceedsBalance();
        address key = Signatures.keyOf(channel.sender, channel.senderSigner);
        if (!_isProof(key, id, balance, proof)) revert InvalidProof();
    }

    function _isProof(address key, bytes32 id, uint256 balance, bytes calldata proof) private view returns (bool) {
        bytes32 digest = _hashTypedDataV4(Signatures.hashBalanceProof(id, balance));
        return Signatures.isSignedByKey(key, digest, proof);
    }

    function _checkAgreement(
        Channel calldata channel,
        bytes32 id,
        uint256 amount,
        uint256 deadline,
        bytes calldata agreement
    ) private view {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        address key = Signatures.keyOf(channel.receiver, channel.receiverSigner);
        bytes32 digest = _hashTypedDataV4(Signatures.hashClosingAgreement(id, amount, deadline));
        if (!Signatures.isSignedByKeyOrWallet(key, digest, agreement)) revert InvalidAgreement();
    }

    function _checkRequest(
        Channel calldata channel,
        bytes32 id,
        uint256 amount,
        uint256 deadline,
        bytes calldata request
    ) private view {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        address key = Signatures.keyOf(channel.sender, channel.senderSigner);
        bytes32 digest = _hashTypedDataV4(Signatures.hashCloseRequest(id, amount, deadline));
        if (!Signatures.isSignedByKeyOrWallet(key, digest, request)) revert InvalidRequest();
    }

    /// @dev Whether the caller is `party` or the signer it named. Zero never is, also not in an eth_call without sender.
    function _isCaller(address party, address signer) private view returns (bool) {
        return msg.sender != address(0) && (msg.sender == party || msg.sender == signer);
    }
}
