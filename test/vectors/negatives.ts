/** Signatures that must be refused, made from those that must not. */
import {
  Signature,
  TypedDataEncoder,
  ZeroAddress,
  computeAddress,
  concat,
  hashMessage,
  toBeHex,
  type SigningKey,
} from "ethers";
import { TYPES, type MessageType } from "./messages.ts";

export interface Positive {
  name: string;
  type: MessageType;
  chainId: string;
  contract: string;
  message: Record<string, string>;
  structHash: string;
  digest: string;
  signer: string;
  signature: string;
}

/** Order of secp256k1 (SEC 2 v2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const word = (value: bigint): string => toBeHex(value, 32);
const byte = (value: number): string => toBeHex(value, 1);

/** Ways to spoil the signature of one message. */
function spoiled(signature: string): [name: string, signature: string][] {
  const { r, s, v, yParity, compactSerialized } = Signature.from(signature);
  const flipped = v === 27 ? 28 : 27;
  const highS = word(ORDER - BigInt(s));
  const zero = word(0n);
  return [
    ["high s, the other v (the same signature, malleated)", concat([r, highS, byte(flipped)])],
    ["high s, v kept", concat([r, highS, byte(v)])],
    ["v flipped", concat([r, s, byte(flipped)])],
    ["v counted from 0", concat([r, s, byte(yParity)])],
    ["v 0", concat([r, s, byte(0)])],
    ["v 1", concat([r, s, byte(1)])],
    ["v 26", concat([r, s, byte(26)])],
    ["v 29", concat([r, s, byte(29)])],
    ["v of EIP-155", concat([r, s, byte(35 + yParity)])],
    ["64 bytes, compact (EIP-2098)", compactSerialized],
    ["64 bytes, without v", concat([r, s])],
    ["66 bytes, zero behind", concat([signature, byte(0)])],
    ["66 bytes, zero before", concat([byte(0), signature])],
    ["empty", "0x"],
    ["r zero", concat([zero, s, byte(v)])],
    ["s zero", concat([r, zero, byte(v)])],
    ["r and s zero", concat([zero, zero, byte(v)])],
    ["all zero", `0x${"00".repeat(65)}`],
    ["r the order", concat([word(ORDER), s, byte(v)])],
    ["r no coordinate of a point", concat([word(5n), s, byte(v)])],
    ["s the order", concat([r, word(ORDER), byte(v)])],
    ["s just above half of the order", concat([r, word(ORDER / 2n + 1n), byte(v)])],
    ["all ones", `0x${"ff".repeat(65)}`],
    ["r and s swapped", concat([s, r, byte(v)])],
  ];
}

function digestOf(
  { type, chainId, contract, message }: Omit<Positive, "digest">,
  name = "RMPS Channel Manager",
): string {
  const domain = { name, version: "1", chainId: BigInt(chainId), verifyingContract: contract };
  return TypedDataEncoder.hash(domain, { [type]: TYPES[type] }, message);
}

/** The same signature presented for something else. */
function misused(proof: Positive, agreement: Positive, request: Positive, otherChannel: string): [string, Positive][] {
  const as = (positive: Positive, change: Partial<Positive>): Positive => ({ ...positive, ...change });
  const { message } = proof;
  const asAmount = { channelId: message.channelId!, amount: message.balance!, deadline: agreement.message.deadline! };
  return [
    ["proof for another channel", as(proof, { message: { ...message, channelId: otherChannel } })],
    ["proof for a higher balance", as(proof, { message: { ...message, balance: `${BigInt(message.balance!) + 1n}` } })],
    ["proof for a lower balance", as(proof, { message: { ...message, balance: `${BigInt(message.balance!) - 1n}` } })],
    ["proof on another chain", as(proof, { chainId: "8453" })],
    ["proof to another contract", as(proof, { contract: "0x00000000000000000000000000000000c0ffee01" })],
    ["proof as an agreement", as(proof, { type: "ClosingAgreement", message: asAmount })],
    ["proof as a request", as(proof, { type: "CloseRequest", message: asAmount })],
    ["agreement as a request", as(agreement, { type: "CloseRequest" })],
    ["request as an agreement", as(request, { type: "ClosingAgreement" })],
    ["request as a proof", as(request, { type: "BalanceProof", message: { ...message } })],
    ["agreement with a later deadline", as(agreement, { message: { ...agreement.message, deadline: "1893456001" } })],
    ["request with another amount", as(request, { message: { ...request.message, amount: "1" } })],
    ["request on another chain", as(request, { chainId: "8453" })],
    ["agreement to another contract", as(agreement, { contract: "0x00000000000000000000000000000000c0ffee01" })],
  ];
}

/**
 * Each must be refused: `signature` is not one by `signer` for `message`, whose correct digest is given.
 * @param stranger a key that is nobody's in these channels
 */
export function negatives(positives: Positive[], stranger: SigningKey) {
  const find = (type: MessageType): Positive => positives.find((each) => each.type === type)!;
  const proof = find("BalanceProof");
  const agreement = find("ClosingAgreement");
  const request = find("CloseRequest");
  const lost = concat([word(5n), word(1n), byte(27)]); // recovers to nothing: ecrecover answers zero
  const entry = (name: string, { type, chainId, contract, message, digest, signer, signature }: Positive) => ({
    ...{ name, type, chainId, contract, message, digest, signer, signature },
  });

  return [
    ...[proof, agreement, request].flatMap((each) =>
      spoiled(each.signature).map(([name, signature]) => entry(`${each.type}: ${name}`, { ...each, signature })),
    ),
    ...misused(
      proof,
      agreement,
      request,
      positives.find((each) => each.name === "a proof by the named key")!.message.channelId!,
    ).map(([name, each]) => entry(name, { ...each, digest: digestOf(each) })),
    ...[proof, agreement, request].flatMap((each) => [
      entry(`${each.type}: by a stranger's key`, { ...each, signature: stranger.sign(each.digest).serialized }),
      entry(`${each.type}: nobody's signature, and the zero address as signer`, {
        ...each,
        signature: lost,
        signer: ZeroAddress,
      }),
      entry(`${each.type}: a good signature, and the zero address as signer`, { ...each, signer: ZeroAddress }),
    ]),
    entry("proof signed as a personal message", {
      ...proof,
      signer: signerOf(stranger),
      signature: stranger.sign(hashMessage(proof.digest)).serialized,
    }),
    entry("proof signed without a domain", {
      ...proof,
      signer: signerOf(stranger),
      signature: stranger.sign(proof.structHash).serialized,
    }),
    entry("proof signed in a domain of another name", {
      ...proof,
      signer: signerOf(stranger),
      signature: stranger.sign(digestOf(proof, "Another Channel Manager")).serialized,
    }),
  ];
}

function signerOf(key: SigningKey): string {
  return computeAddress(key.publicKey).toLowerCase();
}
