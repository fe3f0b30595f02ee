// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Handler} from "./Handler.t.sol";
import {check} from "./support/Vm.sol";

/// @title Every path of the campaign can be taken, and its counter says so
/// @notice How often the campaign did take each, `npm run test:deep` adds up.
contract PathsTest {
    uint256 private constant PAUSED = 2; // moods, see MoodyToken
    uint256 private constant NOSY = 6;

    Handler private handler = new Handler();

    /// @dev Channels 0, 3, 6 and 9 are in the honest token; 1 has a `senderSigner`, 2 and 7 a `receiverSigner`.
    function test_EveryPathIsReached() external {
        handler.disturb(0, 0);
        handler.deposit(0, 100);
        handler.deposit(0, 100);
        handler.depositByCallback(3, 100);
        handler.depositByCallback(3, 50);
        handler.depositByAuthorization(6, 100, 0);
        handler.depositByAuthorization(6, 50, 0);
        handler.depositByPermit2(1, 100);
        handler.depositByPermit2(1, 50);
        handler.settle(0, 50, 0, 0);
        handler.settle(0, 400, 0, 0);
        handler.settleMany(6, 0, 0); // channel 0 has nothing left
        handler.closeByReceiver(6, 0, 2);
        handler.closeBySender(3, 10, 0);
        handler.requestClose(1, 10, 1);
        handler.deposit(1, 10);
        handler.requestClose(1, 20, 0);
        handler.finalize(1, 0);
        handler.closeByAnyone(1, 20, 10, 0);
        handler.deposit(7, 100);
        handler.closeByReceiver(7, 50, 1);
        handler.deposit(4, 100);
        handler.forge(4, 50, 0);
        handler.trespass(4, 1, false);
        handler.requestClose(4, 0, 2);
        handler.deposit(2, 100);
        handler.requestClose(2, 0, 0);
        handler.pass(1 days);
        handler.settle(2, 10, 0, 0);
        handler.setMood(2, PAUSED, 0);
        handler.finalize(2, 0);
        handler.collect(2, true);
        handler.setMood(2, NOSY, 0);
        handler.collect(2, true);
        handler.donate(0, 5);

        bytes memory missed;
        for (uint256 path = 0; path < handler.PATHS(); ++path) {
            if (handler.reached(path) == 0) missed = abi.encodePacked(missed, uint8(path));
        }
        check(missed.length == 0, string(missed));
    }
}
