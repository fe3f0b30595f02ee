import { digestOfCloseRequest, digestOfClosingAgreement } from "./digest.ts";
import { hexBytes, toHex, type Hex } from "./hex.ts";
import type { CloseRequest, ClosingAgreement } from "./messages.ts";
import { ZERO_ADDRESS, type Address } from "./parse.ts";
import { isSignedBy } from "./verifier.ts";

/** What is needed to ask a contract wallet; an ethers `Provider` is one. */
export interface CodeReader {
  getCode(address: string): Promise<string>;
  /** @throws an error with the code `CALL_EXCEPTION` where the call reverts. */
  call(transaction: { to: string; data: string }): Promise<string>;
}

/** `bytes4(keccak256("isValidSignature(bytes32,bytes)"))`: the function's selector and its affirmative answer. */
const MAGIC = "1626ba7e";

const word = (value: number) => value.toString(16).padStart(64, "0");

/** Calldata of `isValidSignature(digest, signature)`. */
function question(digest: Uint8Array, signature: Uint8Array): Hex {
  const padding = "0".repeat(2 * ((32 - (signature.length % 32)) % 32));
  const body = toHex(digest).slice(2) + word(64) + word(signature.length) + toHex(signature).slice(2) + padding;
  return `0x${MAGIC}${body}`;
}

function isRevert(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === "CALL_EXCEPTION";
}

/** Whether it is an address that can sign: any but zero. */
function isParty(address: string): boolean {
  return address !== ZERO_ADDRESS && hexBytes(address)?.length === 20;
}

/** As the contract decides: strict ECDSA, and only if that does not match and the signer has code, ERC-1271. */
async function isApproved(
  digest: Uint8Array | undefined,
  signature: string,
  signer: Address,
  provider: CodeReader,
): Promise<boolean> {
  const bytes = hexBytes(signature);
  if (digest === undefined || bytes === undefined || !isParty(signer)) return false;
  if (isSignedBy(digest, signature, signer)) return true;
  if ((await provider.getCode(signer)) === "0x") return false;
  try {
    const answer = await provider.call({ to: signer, data: question(digest, bytes) });
    return answer.slice(0, 66) === `0x${MAGIC.padEnd(64, "0")}`;
  } catch (error) {
    if (isRevert(error)) return false;
    throw error;
  }
}

/**
 * As `verifyClosingAgreement`, and where ECDSA does not match and the signer has code, the signer is asked through
 * ERC-1271, with the bytes unchanged. A contract may change its mind later: what counts is what it says when the
 * agreement is submitted.
 * @returns false for anything malformed, or where the signer reverts.
 * @throws whatever `provider` throws when it cannot be reached.
 */
export async function verifyClosingAgreementOnChain(
  agreement: ClosingAgreement,
  signature: string,
  signer: Address,
  provider: CodeReader,
): Promise<boolean> {
  return isApproved(digestOfClosingAgreement(agreement), signature, signer, provider);
}

/**
 * As `verifyCloseRequest`, and where ECDSA does not match and the signer has code, the signer is asked through
 * ERC-1271, with the bytes unchanged. A contract may change its mind later: what counts is what it says when the
 * request is submitted.
 * @returns false for anything malformed, or where the signer reverts.
 * @throws whatever `provider` throws when it cannot be reached.
 */
export async function verifyCloseRequestOnChain(
  request: CloseRequest,
  signature: string,
  signer: Address,
  provider: CodeReader,
): Promise<boolean> {
  return isApproved(digestOfCloseRequest(request), signature, signer, provider);
}
