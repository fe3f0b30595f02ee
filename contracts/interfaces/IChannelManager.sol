// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {Channel, ChannelState, Claim} from "../types/Channel.sol";
import {IERC223Recipient} from "./IERC223Recipient.sol";

/// @title One-way payment channels, many senders to one receiver each
/// @notice A sender escrows ERC-20 tokens for one receiver, pays off-chain by signing ever larger balance proofs, and
/// both close together in one transaction; if one side is gone or cheats, a challenge period puts it right.
///
/// A channel is the hash of its terms (`Channel`); the terms travel in calldata, and storage holds one slot a channel.
/// Its life is none → open → closing → closed, or open → closed by agreement; closed is final.
///
/// Amounts are in the token's smallest unit. `amount` and `balance` are totals over the channel's whole life, never
/// increments, and what exceeds the deposit counts as the deposit. Times are Unix seconds.
///
/// Signatures are EIP-712 over the domain that `eip712Domain()` tells (its `chainId` follows the live chain):
///
/// - `BalanceProof(bytes32 channelId,uint256 balance)`, sender side: the receiver may take up to `balance` in total.
///   ECDSA only: 65 bytes `r ‖ s ‖ v`, low `s`, `v` 27 or 28.
/// - `ClosingAgreement(bytes32 channelId,uint256 amount,uint256 deadline)`, receiver side: close now, I take `amount`.
/// - `CloseRequest(bytes32 channelId,uint256 amount,uint256 deadline)`, sender side: start the challenge period, I
///   concede `amount`.
///
/// The latter two are also accepted from contract wallets (ERC-1271), and are good until `deadline`, inclusive. "Sender
/// side" is the channel's `senderSigner`, or `sender` where that is zero; "receiver side" likewise.
///
/// @dev Errors are checked in the order in which they stand below. The manager has no owner and cannot be upgraded,
/// paused or charged for.
///
/// Warning: tokens that rebase, or that charge the payer on top of a transfer, can leave a channel short; they hurt only
/// the channels that use them. Tokens that take a fee from the amount are refused.
interface IChannelManager is IERC223Recipient, IERC5267 {
    // ------------------------------------------------------------------------------------------------- events
    // Together they rebuild the state of every channel without a read.

    /// @notice A channel was opened with its first deposit; the event carries its complete terms.
    event ChannelOpened(
        bytes32 indexed id,
        address indexed sender,
        address indexed receiver,
        address senderSigner,
        address receiverSigner,
        address token,
        uint32 challengePeriod,
        bytes32 salt,
        uint256 deposit
    );

    /// @notice An open channel's deposit grew by `amount` to `deposit`.
    event ChannelToppedUp(bytes32 indexed id, uint256 amount, uint256 deposit);

    /// @notice The receiver was credited with `paid` more, `settled` in total. Not emitted by `close` and
    /// `requestClose`, whose own events show the rise of `settled`.
    event ChannelSettled(bytes32 indexed id, uint256 paid, uint256 settled);

    /// @notice The challenge period of a channel began; from `closesAt` on, anyone may finalize it.
    event CloseRequested(bytes32 indexed id, uint256 settled, uint256 closesAt);

    /// @notice A channel ended: `settled` went to the receiver over its life, `refund` just now to the sender.
    event ChannelClosed(bytes32 indexed id, uint256 settled, uint256 refund);

    /// @notice A token refused to pay `amount` to `account`; `collect` will try again.
    event PayoutOwed(address indexed token, address indexed account, uint256 amount);

    /// @notice What was owed to `account` has been paid.
    event Collected(address indexed token, address indexed account, uint256 amount);

    // ------------------------------------------------------------------------------------- errors of deposits

    /// @notice `tokenReceived` was called by, or for channels of, another token than `CALLBACK_TOKEN`.
    error UnknownToken();

    /// @notice A deposit of nothing.
    error ZeroAmount();

    /// @notice The channel is closing or closed. Open another one, with another salt.
    error ChannelNotOpen();

    /// @notice The channel's total deposit would exceed 2¹¹² − 1.
    error DepositOverflow();

    /// @notice No channel can be opened with these terms, or the callback's data are not `abi.encode(Channel)`.
    error InvalidTerms();

    /// @notice The manager's balance did not grow by exactly the amount pulled.
    error TransferMismatch();

    // ---------------------------------------------------------------------------------- errors of all others

    /// @notice No channel with these terms was ever opened.
    error ChannelNotFound();

    /// @notice The channel is closed, for good.
    error ChannelIsClosed();

    /// @notice The channel is open: ask for its closing first.
    error CloseNotRequested();

    /// @notice The receiver may still answer; try again at `closesAt`.
    error ChallengePeriodRunning(uint256 closesAt);

    /// @notice More was claimed than the balance proof was signed for.
    error AmountExceedsBalance();

    /// @notice The balance proof is not the sender side's, for this channel and balance.
    error InvalidProof();

    /// @notice The agreement or request was good only until `deadline`.
    error SignatureExpired(uint256 deadline);

    /// @notice The closing agreement is not the receiver side's, for this channel, amount and deadline.
    error InvalidAgreement();

    /// @notice The close request is not the sender side's, for this channel, amount and deadline.
    error InvalidRequest();

    /// @notice The receiver has already been credited with all of this.
    error NothingToSettle();

    /// @notice This account is owed nothing in this token.
    error NothingOwed();

    // ----------------------------------------------------------------------------------------------- deposits

    /// @notice Opens a channel, or tops up an open one, with tokens pulled from the caller by `transferFrom`.
    /// @dev Emits `ChannelOpened` or `ChannelToppedUp`. Reverts with the errors of deposits, and with OpenZeppelin's
    /// `SafeERC20FailedOperation` (or the token's own error) where the token refuses.
    ///
    /// Notes:
    /// - Whoever deposits, the refund goes to `channel.sender`.
    /// - Opening and topping up are one operation: who runs ahead of an opening only gives the channel money.
    ///
    /// Requirements: `amount > 0`; the channel is new or open; its total fits 112 bits; if new, `sender`, `receiver`
    /// and `token` are not zero, neither party is this contract, and the challenge period lies within
    /// `MIN_CHALLENGE_PERIOD` and `MAX_CHALLENGE_PERIOD`; the token delivers exactly `amount`.
    /// @param channel The terms.
    /// @param amount How much to add.
    /// @return id The channel's id.
    function deposit(Channel calldata channel, uint256 amount) external returns (bytes32 id);

    /// @notice Opens or tops up a channel with tokens that `CALLBACK_TOKEN` just moved here (ERC-223).
    /// @dev As `deposit`. Believed from `CALLBACK_TOKEN` only: a token that can be made to call arbitrary targets could
    /// announce deposits that never happened.
    /// @param from Who paid; of no consequence.
    /// @param amount How much was moved.
    /// @param data Exactly `abi.encode(Channel)`, with `channel.token` the calling token.
    /// @return 0x8943ec02
    function tokenReceived(address from, uint256 amount, bytes calldata data) external override returns (bytes4);

    /// @notice Opens or tops up a channel with tokens pulled from `channel.sender` by its ERC-3009 authorization
    /// (`receiveWithAuthorization`, the form whose signature is bytes). Anyone may submit it.
    /// @dev As `deposit`. The authorization's nonce is `keccak256(abi.encode(id, nonceSalt))` with the lowest 64 bits
    /// cleared, so it is worthless for any other channel.
    /// @param channel The terms.
    /// @param amount How much to add.
    /// @param validAfter The authorization is good after this time,
    /// @param validBefore and before this one.
    /// @param nonceSalt Tells apart several authorizations for one channel.
    /// @param signature Of the token's `ReceiveWithAuthorization`, by `channel.sender`.
    /// @return id The channel's id.
    function depositWithAuthorization(
        Channel calldata channel,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonceSalt,
        bytes calldata signature
    ) external returns (bytes32 id);

    /// @notice Opens or tops up a channel with tokens pulled from `channel.sender` through Permit2
    /// (0x000000000022D473030F116dDEE9F6B43aC78BA3). Anyone may submit it.
    /// @dev As `deposit`. The permit's witness is `ChannelDeposit(bytes32 channelId)`, so it is worthless for any other
    /// channel; permitted and requested amount are both `amount`.
    /// @param channel The terms.
    /// @param amount How much to add.
    /// @param nonce Permit2's unordered nonce.
    /// @param deadline The permit is good until this time, inclusive.
    /// @param signature Of Permit2's `PermitWitnessTransferFrom`, by `channel.sender`.
    /// @return id The channel's id.
    function depositWithPermit2(
        Channel calldata channel,
        uint256 amount,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 id);

    // ---------------------------------------------------------------------------------------------- settling

    /// @notice Credits the receiver with `amount` in total and pays it the difference. The channel stays as it is, open
    /// or closing. Anyone with a proof may call, so that watchtowers need no key.
    /// @dev Emits `ChannelSettled`. Reverts with `ChannelNotFound`, `ChannelIsClosed`, `AmountExceedsBalance`,
    /// `InvalidProof`, `NothingToSettle`.
    ///
    /// Warning: `amount` below `balance` is a courtesy of whoever submits: a published proof is worth its whole
    /// `balance` to the receiver.
    /// @param channel The terms.
    /// @param amount The receiver's new total, at most `balance`; above the deposit it counts as the deposit.
    /// @param balance What the proof was signed for.
    /// @param proof The sender side's `BalanceProof`.
    function settle(Channel calldata channel, uint256 amount, uint256 balance, bytes calldata proof) external;

    /// @notice `settle` for many channels of one receiver that share these terms, with one payout at the end.
    /// @dev Emits `ChannelSettled` for each row that pays. A row that pays nothing (unknown, closed, stale,
    /// `amount > balance`, invalid proof) is skipped; reverts with `NothingToSettle` if no row pays.
    /// @param receiver The receiver of all these channels,
    /// @param receiverSigner the key that signs for it, as in their terms,
    /// @param token their token,
    /// @param challengePeriod and their challenge period.
    /// @param claims What each channel has of its own, and the proof for it.
    function settleMany(
        address receiver,
        address receiverSigner,
        address token,
        uint32 challengePeriod,
        Claim[] calldata claims
    ) external;

    // ----------------------------------------------------------------------------------------------- closing

    /// @notice Closes a channel at once, by agreement, also while it is closing: pays the receiver up to `amount` in
    /// total, refunds the rest to the sender.
    /// @dev Emits `ChannelClosed`. Reverts with `ChannelNotFound`, `ChannelIsClosed`, `AmountExceedsBalance`,
    /// `InvalidProof`, `SignatureExpired`, `InvalidAgreement`.
    ///
    /// Notes:
    /// - The receiver and its signer agree by calling: `deadline` and `agreement` are ignored, and no proof is needed
    ///   for `amount` up to what is settled.
    /// - The sender and its signer agree by calling: `balance` and `proof` are ignored.
    /// - Anyone else needs a proof for `balance ≥ amount` and an agreement for `amount`.
    /// - `amount` below what is settled keeps what is settled; nothing is clawed back.
    /// @param channel The terms.
    /// @param amount What the receiver takes in total.
    /// @param balance What the proof was signed for.
    /// @param proof The sender side's `BalanceProof`.
    /// @param deadline The agreement is good until this time, inclusive.
    /// @param agreement The receiver side's `ClosingAgreement` for `amount`.
    function close(
        Channel calldata channel,
        uint256 amount,
        uint256 balance,
        bytes calldata proof,
        uint256 deadline,
        bytes calldata agreement
    ) external;

    /// @notice Concedes `amount` in total to the receiver, pays it now, and starts the challenge period. Once only, not
    /// revocable.
    /// @dev Emits `CloseRequested`. Reverts with `ChannelNotFound`, `ChannelNotOpen`, `SignatureExpired`,
    /// `InvalidRequest`.
    ///
    /// Note: the sender and its signer request by calling, `deadline` and `request` are then ignored; anyone else needs
    /// their `CloseRequest`.
    /// @param channel The terms.
    /// @param amount What the sender concedes in total.
    /// @param deadline The request is good until this time, inclusive.
    /// @param request The sender side's `CloseRequest` for `amount`.
    function requestClose(Channel calldata channel, uint256 amount, uint256 deadline, bytes calldata request) external;

    /// @notice Ends a closing channel whose challenge period is over: refunds what was not settled to the sender.
    /// Anyone may call. Until this really happens, the receiver's answer counts.
    /// @dev Emits `ChannelClosed`. Reverts with `ChannelNotFound`, `ChannelIsClosed`, `CloseNotRequested`,
    /// `ChallengePeriodRunning`.
    /// @param channel The terms.
    function finalize(Channel calldata channel) external;

    /// @notice Pays `account` what an earlier payout could not deliver. Anyone may call.
    /// @dev Emits `Collected`. Reverts with `NothingOwed`, and, where the token still refuses, with its own error or
    /// OpenZeppelin's `SafeERC20FailedOperation`; nothing is lost then.
    /// @param token The token that refused.
    /// @param account Who is owed, and is paid.
    /// @return amount How much was paid.
    function collect(address token, address account) external returns (uint256 amount);

    // ------------------------------------------------------------------------------------------------- views

    /// @notice The id that these terms have with this manager, whether or not such a channel exists:
    /// `keccak256(abi.encode(chainIdAtDeployment, address(this), channel))`.
    function channelId(Channel calldata channel) external view returns (bytes32);

    /// @notice What is stored of a channel; all zero if it was never opened.
    function stateOf(bytes32 id) external view returns (ChannelState memory);

    /// @notice What `account` can `collect` in `token`.
    function owed(address token, address account) external view returns (uint256);

    /// @notice The one token whose ERC-223 callback is believed; zero: none.
    function CALLBACK_TOKEN() external view returns (address);

    /// @notice The shortest challenge period of a channel, in seconds: 15 minutes.
    function MIN_CHALLENGE_PERIOD() external view returns (uint32);

    /// @notice The longest challenge period of a channel, in seconds: 30 days.
    function MAX_CHALLENGE_PERIOD() external view returns (uint32);
}
