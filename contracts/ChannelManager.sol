// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IChannelManager} from "./interfaces/IChannelManager.sol";
import {IERC223Recipient} from "./interfaces/IERC223Recipient.sol";
import {Batches} from "./libraries/Batches.sol";
import {Pulls} from "./libraries/Pulls.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Terms} from "./libraries/Terms.sol";
import {Channel, ChannelState, Claim, CLOSED, PackedState, Slot} from "./types/Channel.sol";

/// @title ChannelManager
/// @notice Escrows the deposits of one-way payment channels and pays them out. The manual is `IChannelManager`.
/// @dev Every function that moves tokens goes: check, effect, log, interaction; one transient guard covers them all.
contract ChannelManager is IChannelManager, EIP712 {
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

    mapping(bytes32 id => Slot) private _slots;

    /// @inheritdoc IChannelManager
    mapping(address token => mapping(address account => uint256)) public owed;

    /// @dev Not zero while a function that moves tokens runs.
    uint256 private transient _entered;

    /// @dev OpenZeppelin's `ReentrancyGuardTransient` written out, error included: its six internal calls cost as much as
    /// the guard itself.
    modifier nonReentrant() {
        if (_entered != 0) revert ReentrancyGuardTransient.ReentrancyGuardReentrantCall();
        _entered = 1;
        _;
        _entered = 0;
    }

    /// @param callbackToken The one token whose ERC-223 callback is believed; zero: none.
    constructor(address callbackToken) EIP712("RMPS Channel Manager", "1") {
        CALLBACK_TOKEN = callbackToken;
        _CHAIN_ID = block.chainid;
    }

    // ------------------------------------------------------------------------------------------------- deposits

    /// @inheritdoc IChannelManager
    function deposit(Channel calldata channel, uint256 amount) external nonReentrant returns (bytes32 id) {
        id = _credit(channel, amount);
        uint256 balance = Pulls.balance(channel.tokenOf());
        IERC20(channel.tokenOf()).safeTransferFrom(msg.sender, address(this), amount);
        _checkPulled(channel.tokenOf(), balance, amount);
    }

    /// @inheritdoc IChannelManager
    function tokenReceived(
        address from,
        uint256 amount,
        bytes calldata data
    ) external override(IChannelManager) nonReentrant returns (bytes4) {
        from; // of no consequence, but named in the ABI
        (bool wellFormed, Channel calldata channel) = Terms.parse(data);
        // In an eth_call without a sender, the caller is zero, and so may be CALLBACK_TOKEN.
        if (msg.sender != CALLBACK_TOKEN || msg.sender == address(0)) revert UnknownToken();
        if (wellFormed && channel.tokenOf() != msg.sender) revert UnknownToken();
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
        uint256 balance = Pulls.balance(channel.tokenOf());
        bytes32 nonce = Pulls.authorizationNonce(id, nonceSalt);
        Pulls.byAuthorization(channel, amount, validAfter, validBefore, nonce, signature);
        _checkPulled(channel.tokenOf(), balance, amount);
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
        uint256 balance = Pulls.balance(channel.tokenOf());
        Pulls.byPermit2(channel, amount, id, nonce, deadline, signature);
        _checkPulled(channel.tokenOf(), balance, amount);
    }

    // ------------------------------------------------------------------------------------------------- settling

    /// @inheritdoc IChannelManager
    function settle(
        Channel calldata channel,
        uint256 amount,
        uint256 balance,
        bytes calldata proof
    ) external nonReentrant {
        bytes32 id = channel.id(_CHAIN_ID);
        (Slot storage slot, PackedState state) = _live(id);
        _checkProof(channel, id, amount, balance, proof);
        uint256 paid;
        (state, paid) = state.credit(amount);
        if (paid == 0) revert NothingToSettle();

        slot.state = state;
        emit ChannelSettled(id, paid, state.settled());
        _payOut(channel.tokenOf(), channel.receiverOf(), paid);
    }

    /// @inheritdoc IChannelManager
    function settleMany(
        address receiver,
        address receiverSigner,
        address token,
        uint32 challengePeriod,
        Claim[] calldata claims
    ) external nonReentrant {
        Batches.Preimage memory terms;
        terms.chainId = _CHAIN_ID;
        terms.manager = address(this);
        terms.receiver = receiver;
        terms.receiverSigner = receiverSigner;
        terms.token = token;
        terms.challengePeriod = challengePeriod;

        bytes32 domain = _domainSeparatorV4();
        uint256 payout;
        for (uint256 i = 0; i < claims.length; ++i) {
            unchecked {
                payout += _settleRow(terms, domain, Batches.rowAt(claims, i)); // each row at most a deposit
            }
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
        bytes32 id = channel.id(_CHAIN_ID);
        (Slot storage slot, PackedState state) = _live(id);
        {
            bool bySender = _isCaller(channel.senderOf(), channel.senderSignerOf());
            bool byReceiver = _isCaller(channel.receiverOf(), channel.receiverSignerOf());
            if (!bySender) {
                if (!byReceiver || amount > state.settled()) _checkProof(channel, id, amount, balance, proof);
            }
            if (!byReceiver) _checkAgreement(channel, id, amount, deadline, agreement);
        }

        uint256 paid;
        (state, paid) = state.credit(amount);
        uint256 refund = _close(id, slot, state);
        _payOut(channel.tokenOf(), channel.receiverOf(), paid);
        _payOut(channel.tokenOf(), channel.senderOf(), refund);
    }

    /// @inheritdoc IChannelManager
    function requestClose(
        Channel calldata channel,
        uint256 amount,
        uint256 deadline,
        bytes calldata request
    ) external nonReentrant {
        bytes32 id = channel.id(_CHAIN_ID);
        Slot storage slot = _slots[id];
        PackedState state = slot.state;
        if (state.deposit() == 0) revert ChannelNotFound();
        if (state.closesAt() != 0) revert ChannelNotOpen();
        if (!_isCaller(channel.senderOf(), channel.senderSignerOf())) {
            _checkRequest(channel, id, amount, deadline, request);
        }

        uint256 paid;
        (state, paid) = state.credit(amount);
        uint256 closesAt = block.timestamp + channel.challengePeriodOf();
        if (closesAt >= CLOSED) closesAt = CLOSED - 1;
        slot.state = state.closing(closesAt);
        emit CloseRequested(id, state.settled(), closesAt);
        _payOut(channel.tokenOf(), channel.receiverOf(), paid);
    }

    /// @inheritdoc IChannelManager
    function finalize(Channel calldata channel) external nonReentrant {
        bytes32 id = channel.id(_CHAIN_ID);
        (Slot storage slot, PackedState state) = _live(id);
        uint256 closesAt = state.closesAt();
        if (closesAt == 0) revert CloseNotRequested();
        if (block.timestamp < closesAt) revert ChallengePeriodRunning(closesAt);

        uint256 refund = _close(id, slot, state);
        _payOut(channel.tokenOf(), channel.senderOf(), refund);
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
        return _slots[id].state.unpack();
    }

    // -------------------------------------------------------------------------------------------------- effects

    /// @dev Adds a deposit to the books and logs it; the tokens are here already or pulled next.
    function _credit(Channel calldata channel, uint256 amount) private returns (bytes32 id) {
        if (amount == 0) revert ZeroAmount();
        id = channel.id(_CHAIN_ID);
        Slot storage slot = _slots[id];
        PackedState state = slot.state;
        if (state.closesAt() != 0) revert ChannelNotOpen();
        unchecked {
            if (amount > type(uint112).max - state.deposit()) revert DepositOverflow(); // a deposit fits 112 bits
        }
        bool opening = state.deposit() == 0;
        if (opening && !channel.isValid()) revert InvalidTerms();

        state = state.add(amount);
        slot.state = state;
        if (!opening) {
            emit ChannelToppedUp(id, amount, state.deposit());
            return id;
        }
        emit ChannelOpened(
            id,
            channel.senderOf(),
            channel.receiverOf(),
            channel.senderSignerOf(),
            channel.receiverSignerOf(),
            channel.tokenOf(),
            channel.challengePeriodOf(),
            channel.salt,
            amount
        );
    }

    /// @dev One row of a batch, everything but its payout. Nothing that stands in a row makes it revert.
    /// @param terms The batch's shared terms; a row's own are put among them.
    /// @param domain The hash of the signing domain.
    /// @return paid How much more the receiver gets; 0 if the row was skipped.
    function _settleRow(
        Batches.Preimage memory terms,
        bytes32 domain,
        Claim calldata claim
    ) private returns (uint256 paid) {
        bytes32 id = Batches.idOf(terms, claim);
        Slot storage slot = _slots[id];
        PackedState state = slot.state;
        if (state.closesAt() == CLOSED) return 0;
        uint256 amount = claim.amount;
        uint256 balance = claim.balance;
        if (amount > balance) return 0;
        (state, paid) = state.credit(amount);
        if (paid == 0) return 0; // also where there is no deposit, that is, no channel
        bytes32 digest = Signatures.digestOfBalanceProof(domain, id, balance);
        if (!Signatures.isSignedByKey(Batches.senderKeyOf(claim), digest, Batches.proofOf(claim))) return 0;

        slot.state = state;
        emit ChannelSettled(id, paid, state.settled());
    }

    /// @dev Ends a channel whose `state` has been credited with all that the receiver gets.
    /// @return refund What the sender gets back.
    function _close(bytes32 id, Slot storage slot, PackedState state) private returns (uint256 refund) {
        uint256 settled = state.settled();
        unchecked {
            refund = state.deposit() - settled; // settled <= deposit, see credit
        }
        slot.state = state.closed();
        emit ChannelClosed(id, settled, refund);
    }

    // --------------------------------------------------------------------------------------------- interactions

    /// @dev Pays, or books the debt where the token refuses, so that nobody's trouble holds up the other side. The
    /// booking comes after the call because it depends on it; the guard keeps everyone out in between.
    function _payOut(address token, address account, uint256 amount) private {
        if (amount == 0) return;
        if (IERC20(token).trySafeTransfer(account, amount)) return;
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

    /// @dev Where the state of a channel is and what it is, which must be open or closing.
    function _live(bytes32 id) private view returns (Slot storage slot, PackedState state) {
        slot = _slots[id];
        state = slot.state;
        if (state.deposit() == 0) revert ChannelNotFound();
        if (state.closesAt() == CLOSED) revert ChannelIsClosed();
    }

    function _checkProof(
        Channel calldata channel,
        bytes32 id,
        uint256 amount,
        uint256 balance,
        bytes calldata proof
    ) private view {
        if (amount > balance) revert AmountExceedsBalance();
        address key = Signatures.keyOf(channel.senderOf(), channel.senderSignerOf());
        bytes32 digest = Signatures.digestOfBalanceProof(_domainSeparatorV4(), id, balance);
        if (!Signatures.isSignedByKey(key, digest, proof)) revert InvalidProof();
    }

    function _checkAgreement(
        Channel calldata channel,
        bytes32 id,
        uint256 amount,
        uint256 deadline,
        bytes calldata agreement
    ) private view {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        address key = Signatures.keyOf(channel.receiverOf(), channel.receiverSignerOf());
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
        address key = Signatures.keyOf(channel.senderOf(), channel.senderSignerOf());
        bytes32 digest = _hashTypedDataV4(Signatures.hashCloseRequest(id, amount, deadline));
        if (!Signatures.isSignedByKeyOrWallet(key, digest, request)) revert InvalidRequest();
    }

    /// @dev Whether the caller is `party`, which is not zero, or the signer it named, which may be. In an eth_call without
    /// a sender, the caller is zero too; that gives it no rights.
    function _isCaller(address party, address signer) private view returns (bool) {
        return msg.sender == party || (msg.sender == signer && msg.sender != address(0));
    }
}
