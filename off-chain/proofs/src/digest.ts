import { domainSeparator } from "./domain.ts";
import { hexInto, toHex, type Hex } from "./hex.ts";
import { keccak256 } from "./keccak/keccak.ts";
import type { BalanceProof, CloseRequest, ClosingAgreement } from "./messages.ts";
import { ParseError } from "./parse.ts";
import { uint256Into } from "./uint.ts";

const utf8 = new TextEncoder();

/** A struct's words and the envelope `0x19 0x01 ‖ domain ‖ struct`, packed by hand into buffers that are used again. */
class Packer {
  readonly #words: Uint8Array;
  readonly #view: DataView;
  readonly #envelope = Uint8Array.of(0x19, 0x01, ...new Uint8Array(64));

  constructor(type: string, members: number) {
    this.#words = new Uint8Array(32 * (1 + members));
    this.#view = new DataView(this.#words.buffer);
    this.#words.set(keccak256(utf8.encode(type)));
  }

  /** The digest, or undefined where the id is not 32 bytes or a number is no `uint256`. Never throws. */
  digest(domain: Uint8Array, channelId: Hex, first: bigint, second?: bigint): Uint8Array | undefined {
    if (!hexInto(channelId, this.#words, 32, 32) || !uint256Into(first, this.#view, 64)) return undefined;
    if (second !== undefined && !uint256Into(second, this.#view, 96)) return undefined;
    this.#envelope.set(domain, 2);
    this.#envelope.set(keccak256(this.#words), 34);
    return keccak256(this.#envelope);
  }
}

const balanceProof = new Packer("BalanceProof(bytes32 channelId,uint256 balance)", 2);
const closingAgreement = new Packer("ClosingAgreement(bytes32 channelId,uint256 amount,uint256 deadline)", 3);
const closeRequest = new Packer("CloseRequest(bytes32 channelId,uint256 amount,uint256 deadline)", 3);

/** The digest of a balance proof in a known domain; undefined where it is malformed. The verifier's fast path. */
export function balanceProofBytes(domain: Uint8Array, channelId: Hex, balance: bigint): Uint8Array | undefined {
  return balanceProof.digest(domain, channelId, balance);
}

/** What is signed, as 32 bytes; undefined where a field is malformed. Takes any value, never throws. */
export type DigestOf<Message> = (message: Message) => Uint8Array | undefined;

export const digestOfBalanceProof: DigestOf<BalanceProof> = (proof) => {
  const domain = domainSeparator(proof);
  return domain && balanceProof.digest(domain, proof.channelId, proof.balance);
};

export const digestOfClosingAgreement: DigestOf<ClosingAgreement> = (agreement) =>
  digestWithDeadline(closingAgreement, agreement);

export const digestOfCloseRequest: DigestOf<CloseRequest> = (request) => digestWithDeadline(closeRequest, request);

function digestWithDeadline(packer: Packer, message: ClosingAgreement | CloseRequest): Uint8Array | undefined {
  const domain = domainSeparator(message);
  // A missing deadline must not leave the one of the message before in the buffer.
  if (domain === undefined || typeof message.deadline !== "bigint") return undefined;
  return packer.digest(domain, message.channelId, message.amount, message.deadline);
}

/** A digest, or the error for a caller whose own message is malformed. */
export function required(digest: Uint8Array | undefined): Uint8Array {
  if (digest === undefined) {
    throw new ParseError(
      "malformed message",
      "Give chainId and numbers as bigints within uint256, contract as 0x and 40, channelId as 0x and 64 hex digits.",
    );
  }
  return digest;
}

/** EIP-712 digest of a balance proof. @throws ParseError where a field is malformed. */
export function balanceProofDigest(proof: BalanceProof): Hex {
  return toHex(required(digestOfBalanceProof(proof)));
}

/** EIP-712 digest of a closing agreement. @throws ParseError where a field is malformed. */
export function closingAgreementDigest(agreement: ClosingAgreement): Hex {
  return toHex(required(digestOfClosingAgreement(agreement)));
}

/** EIP-712 digest of a close request. @throws ParseError where a field is malformed. */
export function closeRequestDigest(request: CloseRequest): Hex {
  return toHex(required(digestOfCloseRequest(request)));
}
