// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ChannelManager} from "../../../contracts/ChannelManager.sol";
import {MicroToken} from "../../../contracts/token/MicroToken.sol";
import {Channel, ChannelState, Claim} from "../../../contracts/types/Channel.sol";
import {MoodyToken} from "./MoodyToken.sol";
import {vm} from "./Vm.sol";

/// @notice The people, tokens and manager that the Solidity tests are about, and how the people sign.
abstract contract World {
    uint32 internal constant CLOSED = type(uint32).max;
    uint256 internal constant NEVER = type(uint256).max;
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;
    string private constant PERMIT2_CODE =
        "node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol";

    uint256 internal constant SENDER = 0xA11CE;
    uint256 internal constant SENDER_SIGNER = 0xA51;
    uint256 internal constant RECEIVER = 0xB0B;
    uint256 internal constant RECEIVER_SIGNER = 0xB51;
    uint256 internal constant STRANGER = 0xDEAD;

    ChannelManager internal manager;
    MicroToken internal micro;
    MoodyToken internal moody;

    function _deploy() internal {
        vm.warp(1_800_000_000);
        micro = new MicroToken("Micro", "MIC", 18, type(uint128).max, address(this));
        moody = new MoodyToken();
        moody.mint(address(this), type(uint128).max);
        manager = new ChannelManager(address(micro));
        micro.approve(address(manager), type(uint256).max);
        moody.approve(address(manager), type(uint256).max);
    }

    /// @dev Puts the real Permit2 at its address: its repository ships the code of an instance on chain 31337, which is
    /// this one. test/fixtures/permit2.ts shows that it is what Uniswap deployed.
    function _deployPermit2() internal {
        string memory rest = vm.split(vm.readFile(PERMIT2_CODE), 'hex"')[1];
        vm.etch(PERMIT2, vm.parseBytes(string.concat("0x", vm.split(rest, '"')[0])));
    }

    function _terms(address token, bool delegated, bytes32 salt) internal pure returns (Channel memory) {
        return
            Channel({
                sender: vm.addr(SENDER),
                senderSigner: delegated ? vm.addr(SENDER_SIGNER) : address(0),
                receiver: vm.addr(RECEIVER),
                receiverSigner: delegated ? vm.addr(RECEIVER_SIGNER) : address(0),
                token: token,
                challengePeriod: 1 days,
                salt: salt
            });
    }

    function _state(Channel memory channel) internal view returns (ChannelState memory) {
        return manager.stateOf(manager.channelId(channel));
    }

    // The same hashes as in the manager, written as EIP-712 has them.

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return _digestOn(block.chainid, structHash);
    }

    function _digestOn(uint256 chainId, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("RMPS Channel Manager"), keccak256("1"), chainId, address(manager))
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _proof(uint256 key, Channel memory channel, uint256 balance) internal view returns (bytes memory) {
        bytes32 typehash = keccak256("BalanceProof(bytes32 channelId,uint256 balance)");
        return _sign(key, _digest(keccak256(abi.encode(typehash, manager.channelId(channel), balance))));
    }

    function _agreement(uint256 key, Channel memory channel, uint256 amount) internal view returns (bytes memory) {
        bytes32 typehash = keccak256("ClosingAgreement(bytes32 channelId,uint256 amount,uint256 deadline)");
        return _sign(key, _digest(keccak256(abi.encode(typehash, manager.channelId(channel), amount, NEVER))));
    }

    function _request(uint256 key, Channel memory channel, uint256 amount) internal view returns (bytes memory) {
        bytes32 typehash = keccak256("CloseRequest(bytes32 channelId,uint256 amount,uint256 deadline)");
        return _sign(key, _digest(keccak256(abi.encode(typehash, manager.channelId(channel), amount, NEVER))));
    }

    function _claim(
        Channel memory channel,
        uint256 amount,
        uint256 balance,
        bytes memory proof
    ) internal pure returns (Claim memory) {
        return Claim(channel.sender, channel.senderSigner, channel.salt, amount, balance, proof);
    }
}
