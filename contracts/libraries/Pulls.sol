// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IERC3009Bytes} from "../interfaces/IERC3009Bytes.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {Channel} from "../types/Channel.sol";
import {Terms} from "./Terms.sol";

/// @title How the manager pulls a deposit: by approval, by ERC-3009 or by Permit2
/// @dev What the token answers is not believed: the caller compares `balance` before and after.
library Pulls {
    using Terms for Channel;

    IPermit2 internal constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    bytes32 internal constant CHANNEL_DEPOSIT_TYPEHASH = keccak256("ChannelDeposit(bytes32 channelId)");
    string internal constant WITNESS_TYPE_STRING =
        "ChannelDeposit witness)ChannelDeposit(bytes32 channelId)TokenPermissions(address token,uint256 amount)";

    /// @dev What this contract has of `token`: `IERC20(token).balanceOf(address(this))`, but with one error for whatever
    /// goes wrong, the lack of code included, and without asking for the code first.
    function balance(address token) internal view returns (uint256 amount) {
        bytes4 selector = IERC20.balanceOf.selector;
        bool success;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, address())
            success := staticcall(gas(), token, 0x00, 0x24, 0x00, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            amount := mload(0x00)
        }
        if (!success) revert SafeERC20.SafeERC20FailedOperation(token);
    }

    /// @dev The ERC-3009 nonce of a deposit. Because it hashes the id, the authorization is good for one channel alone.
    /// The lowest 64 bits are cleared: OpenZeppelin's keyed nonces count there, from 0.
    function authorizationNonce(bytes32 id, bytes32 nonceSalt) internal pure returns (bytes32) {
        return keccak256(abi.encode(id, nonceSalt)) & ~bytes32(uint256(type(uint64).max));
    }

    function byAuthorization(
        Channel calldata channel,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) internal {
        IERC3009Bytes(channel.tokenOf()).receiveWithAuthorization(
            channel.senderOf(),
            address(this),
            amount,
            validAfter,
            validBefore,
            nonce,
            signature
        );
    }

    function byPermit2(
        Channel calldata channel,
        uint256 amount,
        bytes32 id,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) internal {
        PERMIT2.permitWitnessTransferFrom(
            IPermit2.PermitTransferFrom(IPermit2.TokenPermissions(channel.tokenOf(), amount), nonce, deadline),
            IPermit2.SignatureTransferDetails(address(this), amount),
            channel.senderOf(),
            keccak256(abi.encode(CHANNEL_DEPOSIT_TYPEHASH, id)),
            WITNESS_TYPE_STRING,
            signature
        );
    }
}
