// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChannelState, ChannelStates, PackedState} from "../../contracts/types/Channel.sol";
import {check} from "./support/Vm.sol";

/// @title One channel's numbers in their slot (SPEC: H8)
contract ChannelStatesTest {
    function _pack(ChannelState memory state) private pure returns (PackedState) {
        return
            PackedState.wrap(
                uint256(state.deposit) + uint256(state.settled) * 2 ** 112 + uint256(state.closesAt) * 2 ** 224
            );
    }

    function _equal(ChannelState memory a, ChannelState memory b) private pure returns (bool) {
        return keccak256(abi.encode(a)) == keccak256(abi.encode(b));
    }

    /// @notice H8: three numbers in, the same three out.
    function testFuzz_UnpackIsTheInverseOfPacking(ChannelState memory state) external pure {
        PackedState packed = _pack(state);
        check(_equal(packed.unpack(), state), "H8");
        check(packed.deposit() == state.deposit, "H8");
        check(packed.settled() == state.settled, "H8");
        check(packed.closesAt() == state.closesAt, "H8");
    }

    /// @notice H8
    function testFuzz_AddTouchesTheDepositOnly(ChannelState memory state, uint112 amount) external pure {
        amount = uint112(uint256(amount) % (uint256(type(uint112).max) - state.deposit + 1));
        PackedState packed = _pack(state).add(amount);
        state.deposit += amount;
        check(_equal(packed.unpack(), state), "H8");
    }

    /// @notice H8, I2, I3: the credit is `min(amount, deposit)`, never less than before, and touches nothing else.
    function testFuzz_CreditTouchesSettledOnly(ChannelState memory state, uint256 amount, bool small) external pure {
        if (small) amount %= uint256(state.deposit) + 2;
        state.settled = uint112(uint256(state.settled) % (uint256(state.deposit) + 1));
        (PackedState packed, uint256 paid) = _pack(state).credit(amount);
        uint256 total = amount < state.deposit ? amount : state.deposit;
        if (total < state.settled) total = state.settled;
        check(paid == total - state.settled, "H8");
        state.settled = uint112(total);
        check(_equal(packed.unpack(), state), "H8");
    }

    /// @notice H8
    function testFuzz_ClosingTouchesTheTimeOnly(ChannelState memory state, uint32 time) external pure {
        state.closesAt = 0;
        PackedState packed = _pack(state).closing(time);
        state.closesAt = time;
        check(_equal(packed.unpack(), state), "H8");
    }

    /// @notice H8
    function testFuzz_ClosedTouchesTheTimeOnly(ChannelState memory state) external pure {
        PackedState packed = _pack(state).closed();
        state.closesAt = type(uint32).max;
        check(_equal(packed.unpack(), state), "H8");
    }
}
