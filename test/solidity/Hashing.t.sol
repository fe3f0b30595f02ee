// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Batches} from "../../contracts/libraries/Batches.sol";
import {Pulls} from "../../contracts/libraries/Pulls.sol";
import {Signatures} from "../../contracts/libraries/Signatures.sol";
import {Terms} from "../../contracts/libraries/Terms.sol";
import {Channel, Claim} from "../../contracts/types/Channel.sol";
import {MoodyToken} from "./support/MoodyToken.sol";
import {check, vm} from "./support/Vm.sol";

/// @notice Answers `balanceOf` of its caller, and nothing that is a byte longer or shorter.
contract PickyToken {
    fallback(bytes calldata question) external returns (bytes memory) {
        check(keccak256(question) == keccak256(abi.encodeCall(IERC20.balanceOf, (msg.sender))), "H7");
        return abi.encode(uint256(7));
    }
}

/// @notice The libraries' assembly beside the Solidity that it replaces.
contract Subject {
    function id(Channel calldata channel, uint256 chainId) external view returns (bytes32 ours, bytes32 plain) {
        return (Terms.id(channel, chainId), keccak256(abi.encode(chainId, address(this), channel)));
    }

    function fields(Channel calldata channel) external pure returns (bool) {
        return
            Terms.senderOf(channel) == channel.sender &&
            Terms.senderSignerOf(channel) == channel.senderSigner &&
            Terms.receiverOf(channel) == channel.receiver &&
            Terms.receiverSignerOf(channel) == channel.receiverSigner &&
            Terms.tokenOf(channel) == channel.token &&
            Terms.challengePeriodOf(channel) == channel.challengePeriod &&
            Terms.isClean(channel);
    }

    function decode(bytes calldata data) external pure returns (Channel memory) {
        return abi.decode(data, (Channel));
    }

    function parse(bytes calldata data) external pure returns (bool wellFormed, Channel memory copy) {
        Channel calldata channel;
        (wellFormed, channel) = Terms.parse(data);
        if (wellFormed) copy = channel;
    }

    function isValid(Channel calldata channel) external view returns (bool ours, bool plain) {
        ours = Terms.isValid(channel);
        plain =
            channel.sender != address(0) &&
            channel.sender != address(this) &&
            channel.receiver != address(0) &&
            channel.receiver != address(this) &&
            channel.token != address(0) &&
            channel.challengePeriod >= 900 &&
            channel.challengePeriod <= 2_592_000;
    }

    function rows(Channel calldata shared, uint256 chainId, Claim[] calldata claims) external view returns (bool) {
        Batches.Preimage memory preimage;
        preimage.chainId = chainId;
        preimage.manager = address(this);
        preimage.receiver = shared.receiver;
        preimage.receiverSigner = shared.receiverSigner;
        preimage.token = shared.token;
        preimage.challengePeriod = shared.challengePeriod;
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata row = Batches.rowAt(claims, i);
            Channel memory channel = shared;
            channel.sender = claims[i].sender;
            channel.senderSigner = claims[i].senderSigner;
            channel.salt = claims[i].salt;
            if (Batches.idOf(preimage, row) != keccak256(abi.encode(chainId, address(this), channel))) return false;
            if (row.amount != claims[i].amount || row.balance != claims[i].balance) return false;
            address key = claims[i].senderSigner == address(0) ? claims[i].sender : claims[i].senderSigner;
            if (Batches.senderKeyOf(row) != key) return false;
            if (keccak256(Batches.proofOf(row)) != keccak256(claims[i].proof)) return false;
        }
        return true;
    }

    function isSignedByKey(
        address key,
        bytes32 digest,
        bytes calldata signature
    ) external view returns (bool ours, bool plain) {
        ours = Signatures.isSignedByKey(key, digest, signature);
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        plain = failure == ECDSA.RecoverError.NoError && recovered == key;
    }

    function balance(address token) external view returns (uint256) {
        return Pulls.balance(token);
    }
}

/// @title What is written in assembly does what the Solidity above it says (SPEC: H1 to H7)
contract HashingTest {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    Subject private subject;

    function setUp() public {
        subject = new Subject();
    }

    /// @notice H1
    function testFuzz_IdIsTheHashOfTheTerms(Channel calldata channel, uint256 chainId) external view {
        (bytes32 ours, bytes32 plain) = subject.id(channel, chainId);
        check(ours == plain, "H1");
    }

    /// @notice H2
    function testFuzz_FieldsAreThoseOfTheTerms(Channel calldata channel) external view {
        check(subject.fields(channel), "H2");
    }

    /// @notice H2
    function testFuzz_TermsAreValidAsSpecified(Channel memory channel, uint256 wish) external view {
        if (wish & 1 != 0) channel.challengePeriod = uint32(899 + ((wish >> 8) % 3));
        if (wish & 2 != 0) channel.challengePeriod = uint32(2_591_999 + ((wish >> 8) % 3));
        if (wish & 4 != 0) channel.sender = address(uint160((wish >> 8) % 2));
        if (wish & 8 != 0) channel.receiver = address(uint160((wish >> 9) % 2));
        if (wish & 16 != 0) channel.token = address(uint160((wish >> 10) % 2));
        if (wish & 32 != 0) channel.sender = address(subject);
        if (wish & 64 != 0) channel.receiver = address(subject);
        (bool ours, bool plain) = subject.isValid(channel);
        check(ours == plain, "H2");
    }

    /// @notice H3: whatever the ABI decoder takes is taken as the same terms, and what it refuses is refused.
    function testFuzz_CallbackDataAreParsedAsTheDecoderDoes(Channel calldata channel, uint256 dirt) external view {
        bytes memory data = abi.encode(channel);
        uint256 place = (dirt % 7) * 32;
        uint256 bit = 1 << ((dirt >> 8) % 256);
        if (dirt >> 255 != 0) {
            assembly ("memory-safe") {
                let word := add(add(data, 0x20), place)
                mstore(word, xor(mload(word), bit))
            }
        }
        (bool wellFormed, Channel memory parsed) = subject.parse(data);
        try subject.decode(data) returns (Channel memory decoded) {
            check(wellFormed, "H3");
            check(keccak256(abi.encode(parsed)) == keccak256(abi.encode(decoded)), "H3");
        } catch {
            check(!wellFormed, "H3");
        }
    }

    /// @notice H3: one byte more or less is not `abi.encode(Channel)`.
    function testFuzz_CallbackDataOfAnyOtherLengthAreRefused(bytes calldata data) external view {
        (bool wellFormed, ) = subject.parse(data);
        check(!wellFormed || data.length == 224, "H3");
    }

    /// @notice H4
    function testFuzz_RowsAreReadAsTheDecoderDoes(
        Channel calldata shared,
        uint256 chainId,
        Claim[] calldata claims
    ) external view {
        check(subject.rows(shared, chainId, claims), "H4");
    }

    /// @notice H5
    function testFuzz_ProofDigestIsEip712(bytes32 domain, bytes32 id, uint256 balance) external pure {
        bytes32 structHash = keccak256(
            abi.encode(keccak256("BalanceProof(bytes32 channelId,uint256 balance)"), id, balance)
        );
        bytes32 plain = MessageHashUtils.toTypedDataHash(domain, structHash);
        check(Signatures.digestOfBalanceProof(domain, id, balance) == plain, "H5");
    }

    /// @notice H6: the same answer as OpenZeppelin's for good signatures and for every way to spoil one.
    function testFuzz_RecoveryIsOpenZeppelins(uint256 key, bytes32 digest, uint256 wish) external view {
        key = 1 + (key % (ORDER - 1));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        uint256 way = wish % 10;
        address expected = vm.addr(key);
        if (way == 1) signature = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        if (way == 2) signature = abi.encodePacked(r, s, uint8(wish >> 8));
        if (way == 3) signature = abi.encodePacked(r, s, v, uint8(wish >> 8));
        if (way == 4) signature = abi.encodePacked(r, s);
        if (way == 5) signature = abi.encodePacked(bytes32(0), s, v);
        if (way == 6) signature = abi.encodePacked(r, bytes32(0), v);
        if (way == 7) digest = keccak256(abi.encode(digest));
        if (way == 8) expected = address(uint160(wish >> 8));
        if (way == 9) signature = abi.encodePacked(bytes32(wish), s, v);
        (bool ours, bool plain) = subject.isSignedByKey(expected, digest, signature);
        check(ours == plain, "H6");
        if (way == 0) check(ours, "H6");
        if (way >= 1 && way <= 8 && way != 2 && way != 8) check(!ours, "H6");
    }

    /// @notice H6, I14: what cannot be recovered is nobody's, also not address zero's.
    function testFuzz_ZeroSignsNothing(bytes32 digest, bytes calldata signature) external view {
        (bool ours, ) = subject.isSignedByKey(address(0), digest, signature);
        check(!ours, "H6");
        (ours, ) = subject.isSignedByKey(address(0), digest, abi.encodePacked(digest, bytes32(uint256(1)), uint8(27)));
        check(!ours, "H6");
    }

    /// @notice H6: the highest `s` that is not malleable, and the one above it. What key it is that "signed", the
    /// precompile says.
    function testFuzz_TheHighestS(bytes32 digest, bytes32 r) external view {
        for (uint256 above = 0; above < 2; ++above) {
            bytes32 s = bytes32((ORDER >> 1) + above);
            address key = ecrecover(digest, 27, r, s);
            if (key == address(0)) return; // no point of the curve has this `r`
            (bool ours, bool plain) = subject.isSignedByKey(key, digest, abi.encodePacked(r, s, uint8(27)));
            check(ours == (above == 0) && plain == ours, "H6");
        }
    }

    /// @notice H7
    function testFuzz_BalanceIsTheTokensAnswer(uint128 amount) external {
        MoodyToken token = new MoodyToken();
        token.mint(address(subject), amount);
        check(subject.balance(address(token)) == amount, "H7");
    }

    /// @notice H7
    function test_BalanceIsAskedForWordByWord() external {
        check(subject.balance(address(new PickyToken())) == 7, "H7");
    }

    /// @notice H7: no code, no such function, too short an answer.
    function test_BalanceOfWhatIsNoTokenReverts() external {
        bytes[3] memory codes = [bytes(""), hex"5f5ffd", hex"601f5ff3"];
        for (uint256 i = 0; i < codes.length; ++i) {
            address token = address(uint160(0xC0DE + i));
            vm.etch(token, codes[i]);
            try subject.balance(token) returns (uint256) {
                check(false, "H7");
            } catch (bytes memory reason) {
                bytes memory expected = abi.encodeWithSignature("SafeERC20FailedOperation(address)", token);
                check(keccak256(reason) == keccak256(expected), "H7");
            }
        }
    }
}
