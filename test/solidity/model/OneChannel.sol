// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Moves} from "./Moves.sol";

/// @title One channel, as a state machine for the prover (`npm run prove`)
/// @notice Every function of the manager that moves this channel's numbers, with its checks in its order. Signatures are
/// what they are worth: the highest balance that the sender side signed, or amount that it conceded. Payouts are two
/// sums, paid or owed. docs/security/proof.md says what this leaves out.
contract OneChannel {
    uint256 private constant CLOSED = type(uint32).max;

    struct Numbers {
        uint256 deposit;
        uint256 settled;
        uint256 closesAt;
        uint256 signed;
        uint256 paidIn;
        uint256 toReceiver;
        uint256 toSender;
    }

    uint256 private deposit;
    uint256 private settled;
    uint256 private closesAt;

    uint256 private signed;
    uint256 private paidIn;
    uint256 private toReceiver;
    uint256 private toSender;

    // What was before the move that is running.
    uint256 private oldDeposit;
    uint256 private oldSettled;
    uint256 private oldClosesAt;

    /// @dev The base of the induction: it holds before the first move.
    constructor() {
        _assertHolds();
    }

    /// @dev The step: if it holds before a move, it holds after. Every move starts from any numbers whatsoever for which it
    /// holds, so that the prover need not find out which of them can be reached.
    modifier from(Numbers calldata start) {
        deposit = oldDeposit = start.deposit;
        settled = oldSettled = start.settled;
        closesAt = oldClosesAt = start.closesAt;
        signed = start.signed;
        paidIn = start.paidIn;
        toReceiver = start.toReceiver;
        toSender = start.toSender;
        require(_holds());
        _;
        _assertHolds();
        _assertMoved();
    }

    function sign(Numbers calldata start, uint256 balance) external from(start) {
        require(closesAt != CLOSED); // after that, it is worth nothing
        if (balance > signed) signed = balance;
    }

    function add(Numbers calldata start, uint256 amount) external from(start) {
        require(amount != 0);
        require(closesAt == 0);
        require(amount <= type(uint112).max - deposit);
        deposit += amount;
        paidIn += amount;
    }

    function settle(Numbers calldata start, uint256 amount, uint256 balance) external from(start) {
        _live();
        require(amount <= balance);
        require(balance <= signed);
        uint256 paid = _credit(amount);
        require(paid != 0);
    }

    /// @dev By anyone who holds a proof, or by the receiver up to what is settled; by the sender with an agreement, which
    /// it concedes by calling.
    function close(
        Numbers calldata start,
        uint256 amount,
        uint256 balance,
        bool bySender,
        bool byReceiver
    ) external from(start) {
        _live();
        if (bySender) {
            if (amount > signed) signed = amount;
        } else if (!byReceiver || amount > settled) {
            require(amount <= balance);
            require(balance <= signed);
        }
        _credit(amount);
        _close();
    }

    function requestClose(Numbers calldata start, uint256 amount, uint32 period) external from(start) {
        require(deposit != 0);
        require(closesAt == 0);
        require(block.timestamp != 0 && block.timestamp <= type(uint64).max);
        if (amount > signed) signed = amount;
        _credit(amount);
        closesAt = Moves.closesAt(block.timestamp, period);
    }

    function finalize(Numbers calldata start) external from(start) {
        _live();
        require(closesAt != 0);
        require(block.timestamp >= closesAt);
        _close();
    }

    function _live() private view {
        require(deposit != 0);
        require(closesAt != CLOSED);
    }

    function _credit(uint256 amount) private returns (uint256 paid) {
        uint256 total = Moves.credited(deposit, settled, amount);
        paid = total - settled;
        settled = total;
        toReceiver += paid;
    }

    function _close() private {
        toSender += deposit - settled;
        closesAt = CLOSED;
    }

    /// @dev What holds in every state.
    function _holds() private view returns (bool) {
        return
            settled <= deposit &&
            settled <= signed &&
            toReceiver == settled &&
            paidIn == deposit &&
            deposit <= type(uint112).max &&
            closesAt <= CLOSED &&
            toSender == (closesAt == CLOSED ? deposit - settled : 0);
    }

    function _assertHolds() private view {
        assert(settled <= deposit); // I2
        assert(settled <= signed); // I7
        assert(toReceiver == settled); // I6
        assert(paidIn == deposit); // I6
        assert(deposit <= type(uint112).max); // the packing
        assert(closesAt <= CLOSED); // the packing
        assert(closesAt == CLOSED || toSender == 0); // I6
        assert(closesAt != CLOSED || toReceiver + toSender == paidIn); // I6: all that was paid in was paid out
    }

    function _assertMoved() private view {
        assert(deposit >= oldDeposit); // I3
        assert(settled >= oldSettled); // I3
        assert(oldClosesAt != CLOSED); // I4: no move of a closed channel comes to its end
        assert(oldClosesAt == 0 || closesAt == oldClosesAt || closesAt == CLOSED); // I5
        assert(oldClosesAt == 0 || deposit == oldDeposit); // deposits go into open channels only
    }
}
