// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ChannelManager} from "../../contracts/ChannelManager.sol";
import {Channel, ChannelState} from "../../contracts/types/Channel.sol";
import {Handler} from "./Handler.t.sol";
import {check, vm} from "./support/Vm.sol";

/// @title What holds after any sequence of calls by anybody (SPEC: I1 to I8)
/// @notice I3, I4, I5, I8 and I12 are checked by the handler, around every single call.
contract InvariantsTest {
    uint256 private constant CLOSED = type(uint32).max;

    Handler private handler;
    ChannelManager private manager;

    function setUp() public {
        handler = new Handler();
        manager = ChannelManager(handler.bank());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev One invariant function, so that each sequence is played once and all is checked after each call.
    function invariant_BooksAndBalancesAgree() external view {
        (Channel[] memory channels, ChannelState[] memory states) = handler.all();
        IERC20[2] memory tokens = handler.tokens();
        for (uint256 i = 0; i < states.length; ++i) _everyChannel(i, states[i]);
        for (uint256 t = 0; t < tokens.length; ++t) {
            _solvencyAndConservation(tokens[t], channels, states);
            _everyPayee(tokens[t], channels, states);
        }
    }

    /// @notice After each sequence: leaves a line that says how often each path was taken, for `npm run test:deep`.
    function afterInvariant() external {
        string memory file = vm.envOr("RMPS_PATHS", "");
        if (bytes(file).length == 0) return;
        string memory line;
        for (uint256 path = 0; path < handler.PATHS(); ++path) {
            line = string.concat(line, vm.toString(handler.reached(path)), " ");
        }
        vm.writeLine(file, line);
    }

    /// @dev I1, I6: what is there is what is not yet paid out, what is owed, and what was given away, to the unit.
    function _solvencyAndConservation(
        IERC20 token,
        Channel[] memory channels,
        ChannelState[] memory states
    ) private view {
        uint256 held = token.balanceOf(address(manager));
        uint256 live;
        uint256 given;
        uint256 taken;
        for (uint256 i = 0; i < channels.length; ++i) {
            ChannelState memory state = states[i];
            if (channels[i].token != address(token)) continue;
            given += handler.deposited(i);
            if (state.closesAt != CLOSED) live += state.deposit - state.settled;
            taken += state.closesAt == CLOSED ? state.deposit : state.settled;
        }
        uint256 due = handler.totalOwed(address(token));
        uint256 donated = handler.donated(address(token));
        check(held >= live + due, "I1: insolvent");
        check(held == live + due + donated, "I6: something is missing or left over");
        check(handler.paidIn(address(token)) == given, "I6: the ledger itself");
        check(held + (taken - due) == given + donated, "I6: paid out + owed + held is not paid in");
    }

    /// @dev I2, I4, I5, I7, and that the books are those of the ledger.
    function _everyChannel(uint256 i, ChannelState memory state) private view {
        check(state.settled <= state.deposit, "I2: settled above deposit");
        check(state.settled <= handler.maxSigned(i), "I7: the sender lost more than it signed for");
        check((state.closesAt == CLOSED) == handler.expectedClosed(i), "I4: closed");
        check(state.deposit == handler.deposited(i), "I6: deposit");
        check(state.settled == handler.expectedSettled(i), "I6: settled");
        if (state.closesAt == CLOSED) {
            check(handler.closedAs(i) == uint256(keccak256(abi.encode(state))), "I4: a closed channel changed");
        } else {
            check(state.closesAt == handler.closesAtSet(i), "I5: closesAt set twice");
        }
    }

    /// @dev I6 by person: everybody has, or is owed, what its channels credited and refunded, and nothing else.
    function _everyPayee(IERC20 token, Channel[] memory channels, ChannelState[] memory states) private view {
        address[5] memory accounts = handler.payees();
        for (uint256 a = 0; a < accounts.length; ++a) {
            uint256 due;
            for (uint256 i = 0; i < channels.length; ++i) {
                ChannelState memory state = states[i];
                if (channels[i].token != address(token)) continue;
                if (channels[i].receiver == accounts[a]) due += state.settled;
                if (channels[i].sender == accounts[a] && state.closesAt == CLOSED) due += state.deposit - state.settled;
            }
            uint256 has = token.balanceOf(accounts[a]) + manager.owed(address(token), accounts[a]);
            check(has == due, "I6: somebody has too much or too little");
        }
    }
}
