// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ledger} from "./Ledger.sol";
import {check, vm} from "./Vm.sol";

/// @title The paths that a campaign can take, and how often it took each
/// @dev `scripts/test-deep.ts` reads their names here.
abstract contract Paths is Ledger {
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

    /// @dev Makes a call that must be refused, and for this reason.
    function _refuses(address caller, bytes memory message, bytes4 expected, string memory rule) internal {
        vm.prank(caller);
        (bool success, bytes memory reason) = address(manager).call(message);
        check(!success, rule);
        check(bytes4(reason) == expected, string.concat(rule, ": refused for another reason"));
    }
}
