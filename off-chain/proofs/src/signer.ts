import type { Signer } from "ethers";
import { currentCurve } from "./curve/current.ts";
import {
  digestOfBalanceProof,
  digestOfCloseRequest,
  digestOfClosingAgreement,
  required,
  type DigestOf,
} from "./digest.ts";
import { hexBytes, toHex, type Hex } from "./hex.ts";
import { keccak256 } from "./keccak/keccak.ts";
import type { BalanceProof, CloseRequest, ClosingAgreement } from "./messages.ts";
import { parsePrivateKey, type Address, type PrivateKey } from "./parse.ts";
import { typedData } from "./typed-data.ts";
import { isSignedBy } from "./verifier.ts";

/** The part of an ethers `Signer` that is needed: a wallet, a JSON-RPC account, a hardware device. */
export type TypedDataSigner = Pick<Signer, "getAddress" | "signTypedData">;

/** A wallet signed, but not as the contract demands. */
export class SigningError extends Error {
  override readonly name = "SigningError";
  /** What to do instead. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** The account of a private key, lower case. @throws ParseError where it is no private key. */
export function addressOf(key: PrivateKey): Address {
  const secret = parsePrivateKey(key);
  return toHex(keccak256(currentCurve().publicKey(secret).subarray(1)), 12);
}

function signWithKey(digest: Uint8Array, key: PrivateKey): Hex {
  const { rs, parity } = currentCurve().sign(digest, parsePrivateKey(key));
  // An R whose x is not below the order has no v that ecrecover takes; nobody will ever see one (odds of 2^-127).
  if (parity > 1) throw new SigningError("unusable signature", "Sign another balance.");
  const signature = new Uint8Array(65);
  signature.set(rs);
  signature[64] = 27 + parity;
  return toHex(signature);
}

/** Wallets that count v from 0 mean the same signature; everything else is left as it is. */
function withUsualV(signature: string): Hex {
  const bytes = hexBytes(signature);
  if (bytes === undefined) {
    throw new SigningError("the wallet did not answer with hex", "Use a wallet that supports eth_signTypedData_v4.");
  }
  if (bytes.length === 65 && bytes[64]! < 2) bytes[64]! += 27;
  return toHex(bytes);
}

type MessageType = keyof typeof typedData.types;

async function signWithWallet<Message extends BalanceProof | ClosingAgreement | CloseRequest>(
  type: MessageType,
  digest: Uint8Array,
  { chainId, contract, ...message }: Message,
  wallet: TypedDataSigner,
): Promise<Hex> {
  const answer = await wallet.signTypedData(typedData.domain({ chainId, contract }), typedData.types[type], message);
  const signature = withUsualV(answer);
  if (isSignedBy(digest, signature, (await wallet.getAddress()) as Address)) return signature;
  if (type !== "BalanceProof") return answer.toLowerCase() as Hex; // a contract wallet's, for ERC-1271: bytes unchanged
  throw new SigningError(
    "the wallet's answer is no ECDSA signature by its own address",
    "Balance proofs are signed by a plain key: name one as senderSigner when the channel is opened.",
  );
}

function sign<Message extends BalanceProof | ClosingAgreement | CloseRequest>(
  type: MessageType,
  digestOf: DigestOf<Message>,
  message: Message,
  key: PrivateKey | TypedDataSigner,
): Hex | Promise<Hex> {
  const digest = required(digestOf(message));
  const raw = typeof key === "string" || key instanceof Uint8Array;
  return raw ? signWithKey(digest, key) : signWithWallet(type, digest, message, key);
}

/**
 * Signs that the receiver may take up to `balance` in total.
 * @param key raw key of the sender side (deterministic, at once), or an ethers `Signer` (a promise).
 * @throws ParseError where a field or the key is malformed.
 * @throws SigningError where the wallet is not a plain key: the contract would refuse its proof.
 */
export function signBalanceProof(proof: BalanceProof, key: PrivateKey): Hex;
export function signBalanceProof(proof: BalanceProof, signer: TypedDataSigner): Promise<Hex>;
export function signBalanceProof(proof: BalanceProof, key: PrivateKey | TypedDataSigner): Hex | Promise<Hex> {
  return sign("BalanceProof", digestOfBalanceProof, proof, key);
}

/**
 * Signs that the receiver agrees to close now and to take `amount` in total.
 * @param key raw key of the receiver side (deterministic, at once), or an ethers `Signer` (a promise), whose answer
 * is passed on unchanged where it is not ECDSA (contract wallets).
 * @throws ParseError where a field or the key is malformed.
 */
export function signClosingAgreement(agreement: ClosingAgreement, key: PrivateKey): Hex;
export function signClosingAgreement(agreement: ClosingAgreement, signer: TypedDataSigner): Promise<Hex>;
export function signClosingAgreement(
  agreement: ClosingAgreement,
  key: PrivateKey | TypedDataSigner,
): Hex | Promise<Hex> {
  return sign("ClosingAgreement", digestOfClosingAgreement, agreement, key);
}

/**
 * Signs that the sender wants to close and concedes `amount` in total.
 * @param key raw key of the sender side (deterministic, at once), or an ethers `Signer` (a promise), whose answer is
 * passed on unchanged where it is not ECDSA (contract wallets).
 * @throws ParseError where a field or the key is malformed.
 */
export function signCloseRequest(request: CloseRequest, key: PrivateKey): Hex;
export function signCloseRequest(request: CloseRequest, signer: TypedDataSigner): Promise<Hex>;
export function signCloseRequest(request: CloseRequest, key: PrivateKey | TypedDataSigner): Hex | Promise<Hex> {
  return sign("CloseRequest", digestOfCloseRequest, request, key);
}
