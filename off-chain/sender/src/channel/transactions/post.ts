import type { Hex } from "@rmps/proofs";
import { BaseWallet, isError, keccak256, type Signer } from "ethers";
import type { SentTransaction } from "../../book/sent.ts";
import type { Chain } from "../chain.ts";
import { chainError } from "../chain-error.ts";

/** A transaction that is signed with a key: what is noted of it, and what is sent. */
export interface Letter {
  readonly sent: SentTransaction;
  readonly raw: string;
}

/** Signs transactions with a key, and hands them to the node. */
export class Post {
  readonly #chain: Chain;
  readonly #signer: Signer;
  /** Whether the node refused the last one because the account cannot pay for it. */
  outOfMoney = false;

  constructor(chain: Chain, signer: Signer) {
    this.#chain = chain;
    this.#signer = signer;
  }

  /** Whether the key is at hand; other signers, such as a browser's wallet, sign and send at once. */
  get hasKey(): boolean {
    return this.#signer instanceof BaseWallet;
  }

  /** Signs one with its fees. It gets the hash of that, if it had not. */
  async sign(unsigned: SentTransaction): Promise<Letter> {
    const { to, data, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = unsigned;
    const fees =
      maxPriorityFeePerGas === undefined
        ? { type: 0, gasPrice: maxFeePerGas }
        : { type: 2, maxFeePerGas, maxPriorityFeePerGas };
    const { chainId } = this.#chain;
    const raw = await this.#signer.signTransaction({ to, data, nonce, gasLimit, chainId, ...fees });
    const hash = keccak256(raw) as Hex;
    const hashes = unsigned.hashes.includes(hash) ? unsigned.hashes : [...unsigned.hashes, hash];
    return { sent: { ...unsigned, hashes }, raw };
  }

  /**
   * Hands one to the node.
   * @returns once it may have arrived, which only a look at its nonce then tells.
   * @throws what the node says where it takes it for certain not.
   */
  async broadcast({ raw }: Letter): Promise<void> {
    this.outOfMoney = false;
    try {
      await this.#chain.provider.broadcastTransaction(raw);
    } catch (error) {
      this.outOfMoney = chainError(error, "").code === "insufficient-funds";
      if (isRefusal(error)) throw error;
    }
  }

  /** The same for one that may have been sent before: the next look tells what became of it. */
  async again(letter: Letter): Promise<void> {
    await this.broadcast(letter).catch(() => undefined);
  }
}

/** What nodes say of a transaction that they have. */
const KNOWN = /already known|known transaction|already exists|already imported/i;

/**
 * JSON-RPC errors that say nothing about a transaction: internal error, resource unavailable, limit exceeded (EIP-1474).
 * Who relayed it may have passed it on.
 */
const UNCLEAR: ReadonlySet<unknown> = new Set([-32603, -32002, -32005]);

/**
 * Whether a node answered that it does not take a transaction; else it may have arrived. That its nonce is used says
 * nothing: by this very transaction, perhaps, where the first answer was lost.
 */
function isRefusal(error: unknown): boolean {
  if (isError(error, "UNKNOWN_ERROR")) {
    const { code, message } = (error.error ?? {}) as { code?: unknown; message?: unknown };
    return error.error !== undefined && !UNCLEAR.has(code) && !KNOWN.test(String(message));
  }
  const codes = ["INSUFFICIENT_FUNDS", "REPLACEMENT_UNDERPRICED", "UNSUPPORTED_OPERATION", "CALL_EXCEPTION"] as const;
  return codes.some((code) => isError(error, code));
}
