// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Moves} from "./Moves.sol";

/// @title One channel, as a state machine for the prover (`npm run prove`)
/// @notice Every move that the manager can make with this channel's numbers, with its checks in its order. Signatures are
/// what they are worth: the highest balance that the sender side signed, or amount that it conceded. Payouts are two
/// sums, paid or owed. docs/security/proof.md says what this leaves out.
/// @dev The proof is by induction, written out, so that the prover need not find out which numbers can be reached: `none`
/// shows that the invariants hold for a channel that was never opened; every other function starts from any numbers
/// whatsoever for which they hold, makes one move, and shows that they hold after. Before the move: `d` deposit, `s`
/// settled, `c` closesAt, `g` signed, `i` paid in, `r` paid to the receiver, `b` paid back to the sender.
contract OneChannel {
    uint256 private constant CLOSED = type(uint32).max;

    function none() external pure {
        _assertHolds(0, 0, 0, 0, 0, 0, 0);
    }

    /// @dev A deposit, by whichever way.
    function deposit(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b,
        uint256 amount
    ) external pure {
        require(_holds(d, s, c, g, i, r, b));
        require(amount != 0);
        require(c == 0);
        require(amount <= type(uint112).max - d);
        _assertHolds(d + amount, s, 0, g, i + amount, r, b);
        assert(d + amount >= d); // I3
    }

    /// @dev The sender side signs a balance; nothing else happens.
    function sign(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b,
        uint256 balance
    ) external pure {
        require(_holds(d, s, c, g, i, r, b));
        _assertHolds(d, s, c, balance > g ? balance : g, i, r, b);
    }

    /// @dev `settle`, and each row of `settleMany`.
    function settle(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b,
        uint256 amount,
        uint256 balance
    ) external pure {
        require(_holds(d, s, c, g, i, r, b));
        require(d != 0);
        require(c != CLOSED);
        require(amount <= balance);
        require(balance <= g);
        uint256 total = Moves.credited(d, s, amount);
        _assertHolds(d, total, c, g, i, r + (total - s), b);
        assert(total >= s); // I3
    }

    /// @dev `close`: by whoever holds a proof, by the receiver up to what is settled, or by the sender, which concedes the
    /// amount by calling.
    function close(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b,
        uint256 amount,
        bool bySender
    ) external pure {
        require(_holds(d, s, c, g, i, r, b));
        require(d != 0);
        require(c != CLOSED);
        require(bySender || amount <= g || amount <= s);
        if (bySender && amount > g) g = amount;
        uint256 total = Moves.credited(d, s, amount);
        _assertHolds(d, total, CLOSED, g, i, r + (total - s), b + (d - total));
        assert(total >= s); // I3
        assert(r + (total - s) + b + (d - total) == i); // I6: all that was paid in is paid out
    }

    function requestClose(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b,
        uint256 amount,
        uint64 time,
        uint32 period
    ) external pure {
        require(_holds(d, s, c, g, i, r, b));
        require(d != 0);
        require(c == 0);
        require(time != 0);
        if (amount > g) g = amount;
        uint256 total = Moves.credited(d, s, amount);
        uint256 closesAt = Moves.closesAt(time, period);
        _assertHolds(d, total, closesAt, g, i, r + (total - s), b);
        assert(total >= s); // I3
        assert(closesAt != 0 && closesAt < CLOSED); // I5: it is closing, neither open nor closed, and can be finalized
    }

    function finalize(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b,
        uint64 time
    ) external pure {
        require(_holds(d, s, c, g, i, r, b));
        require(d != 0);
        require(c != CLOSED);
        require(c != 0);
        require(time >= c);
        _assertHolds(d, s, CLOSED, g, i, r, b + (d - s));
        assert(r + b + (d - s) == i); // I6: all that was paid in is paid out
    }

    function _holds(
        uint256 d,
        uint256 s,
        uint256 c,
        uint256 g,
        uint256 i,
        uint256 r,
        uint256 b
    ) private pure returns (bool) {
        return
            s <= d &&
            s <= g &&
            d <= type(uint112).max &&
            c <= CLOSED &&
            i == d &&
            r == s &&
            b == (c == CLOSED ? d - s : 0);
    }

    function _assertHolds(uint256 d, uint256 s, uint256 c, uint256 g, uint256 i, uint256 r, uint256 b) private pure {
        assert(s <= d); // I2
        assert(s <= g); // I7
        assert(d <= type(uint112).max); // fits its bits
        assert(c <= CLOSED); // fits its bits
        assert(i == d); // I6
        assert(r == s); // I6
        assert(b == (c == CLOSED ? d - s : 0)); // I6
    }
}
