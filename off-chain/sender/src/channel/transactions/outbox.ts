import type { Address, Hex } from "@rmps/proofs";
import { AbstractProvider, BaseWallet, keccak256, type Signer, type TransactionReceipt } from "ethers";
import type { Book } from "../../book/book.ts";
import type { Account, Fees, SentTransaction } from "../../book/sent.ts";
import { SenderError } from "../../errors.ts";
import { POLLING, type Chain } from "../chain.ts";
import { chainError } from "../chain-error.ts";
import { marketOf, raisedFees, type GasOptions } from "./fees.ts";
import { isKnown, isRefusal, lookAt, TransactionFailed, TransactionStuck } from "./look.ts";

/** Told of a transaction that is replaced by one with a higher fee. Fees in wei per gas. */
export interface FeeRise extends Fees {
  readonly doing: string;
  readonly nonce: number;
  readonly hash: Hex;
}

/** What a transaction calls. */
export type Call = Pick<SentTransaction, "to" | "data">;

/** What an outbox needs. */
export interface OutboxOptions {
  readonly book: Book;
  readonly chain: Chain;
  readonly account: Account;
  /** The account, connected to the chain. */
  readonly signer: Signer;
  readonly gas: GasOptions;
  readonly onFeeRaised: (rise: FeeRise) => void;
}

const RESEND_AFTER = 60_000;
const GIVE_UP_AFTER = 10 * 60_000;

/** Looks in a row that have to fail, or to show that the nonce is gone, until that is believed: nodes lag behind each other. */
const BELIEVED = 3;

/**
 * Sends the transactions of one account on one chain, each once the one before it is over: to be used by one caller at a
 * time. What it sends with a key it writes into the book before; where it is not mined in time, a dearer one with the
 * same nonce replaces it, so that one of them at most ever counts. Other signers send by themselves, and are the only
 * ones who can raise a fee.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** What `finish` waited for; undefined: nothing, or it did nothing. */
  finished: TransactionReceipt | undefined;
  /** Whether the node refused it last because the account cannot pay for it. */
  #outOfMoney = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The account's. */
  get address(): Address {
    return this.#options.account.address;
  }

  /** Waits for what is under way, sent by an earlier process, or given up before. @throws SenderError `chain` */
  async finish(): Promise<void> {
    const { book, account } = this.#options;
    const before = await book.sent(account);
    if (before === undefined) return;
    try {
      if (await this.#isLost(before)) await book.noteSent(account, undefined);
      else this.finished = await this.#follow(before);
    } catch (error) {
      if (error instanceof TransactionFailed) return; // it is over, and whoever goes on looks at what is so
      throw chainError(error, before.doing);
    }
  }

  /** Sends it once more where the node knows nothing of it. @returns whether it can never be mined, as far as one can know. */
  async #isLost(sent: SentTransaction): Promise<boolean> {
    const { chain, account, signer } = this.#options;
    const look = await lookAt(chain.provider, account.address, sent);
    if (look.kind !== "pending" || (await isKnown(chain.provider, sent))) return false;
    if (!look.isNext || !(signer instanceof BaseWallet)) return true; // a chain that began anew, or a node that forgot it
    const { raw } = await this.#sign(sent);
    await this.#broadcast(raw);
    return false;
  }

  /**
   * Sends a transaction, and waits until it is mined.
   * @param doing    what it is for, as the beginning of an error message: `depositing`.
   * @param deposits id of the channel that it deposits into, if it does.
   * @throws SenderError `insufficient-funds`, `rejected` or `chain`.
   */
  async send(doing: string, { to, data }: Call, deposits?: Hex): Promise<TransactionReceipt> {
    try {
      return await this.#follow(await this.#first({ doing, deposits, to, data }));
    } catch (error) {
      throw chainError(error, doing);
    }
  }

  async #first(order: Pick<SentTransaction, "doing" | "deposits" | "to" | "data">): Promise<SentTransaction> {
    const { book, account, chain, signer, gas } = this.#options;
    const { to, data } = order;
    if (!(signer instanceof BaseWallet)) {
      const { hash, nonce, gasLimit, ...fees } = await signer.sendTransaction({ to, data });
      const { maxFeePerGas, gasPrice, maxPriorityFeePerGas } = fees;
      const paid = { maxFeePerGas: maxFeePerGas ?? gasPrice, maxPriorityFeePerGas: maxPriorityFeePerGas ?? undefined };
      const sent = { ...order, ...paid, nonce, gasLimit, hashes: [hash as Hex] };
      await book.noteSent(account, sent);
      return sent;
    }
    const { fees } = await marketOf(chain.provider, gas.maxFeePerGas);
    const estimate = await signer.estimateGas({ to, data });
    const nonce = await signer.getNonce("pending");
    const unsigned = { ...order, ...fees, nonce, gasLimit: (estimate * 5n) / 4n, hashes: [] };
    const { sent, raw } = await this.#sign(unsigned);
    await book.noteSent(account, sent); // before it leaves: whatever gets mined, we know it
    try {
      await chain.provider.broadcastTransaction(raw);
    } catch (error) {
      if (isRefusal(error) && !(await isKnown(chain.provider, sent))) {
        await book.noteSent(account, undefined);
        throw error;
      } // else it may have arrived
    }
    return sent;
  }

  /** Stays with a transaction until it is mined. @throws SenderError `chain`; what is still under way stays in the book. */
  async #follow(first: SentTransaction): Promise<TransactionReceipt> {
    const { book, account, chain, gas } = this.#options;
    const { resendAfter = RESEND_AFTER, giveUpAfter = GIVE_UP_AFTER } = gas;
    let sent = first;
    const begun = Date.now();
    let last = begun;
    const inARow = { gone: 0, failed: 0 };
    for (;;) {
      const look = await lookAt(chain.provider, account.address, sent);
      if (look.kind === "mined") {
        await book.noteSent(account, undefined);
        if (look.receipt.status === 0) throw new TransactionFailed(sent, "reverted");
        return look.receipt;
      }
      inARow.gone = look.kind === "gone" ? inARow.gone + 1 : 0;
      inARow.failed = look.kind === "failed" ? inARow.failed + 1 : 0;
      if (inARow.gone === BELIEVED) {
        await book.noteSent(account, undefined);
        throw new TransactionFailed(sent, "another transaction took its place");
      }
      if (look.kind === "failed" && inARow.failed === BELIEVED) throw chainError(look.error, sent.doing);
      const isItsTurn = look.kind === "pending" && look.isNext; // else one that is not ours holds it up
      if (isItsTurn && Date.now() - last >= resendAfter) {
        sent = await this.#push(sent);
        last = Date.now();
      }
      if (Date.now() - begun >= giveUpAfter) throw new TransactionStuck(sent, this.#remedy);
      await pause(chain);
    }
  }

  /** Sends it once more: with a higher fee, where the limit leaves room. */
  async #push(sent: SentTransaction): Promise<SentTransaction> {
    const { book, account, chain, signer, gas, onFeeRaised } = this.#options;
    if (!(signer instanceof BaseWallet)) return sent;
    try {
      const fees = raisedFees(sent, await marketOf(chain.provider, gas.maxFeePerGas));
      const next = await this.#sign({ ...sent, ...fees });
      if (fees !== undefined) {
        await book.noteSent(account, next.sent);
        const { doing, nonce, maxFeePerGas, maxPriorityFeePerGas } = next.sent;
        onFeeRaised({ doing, nonce, maxFeePerGas, maxPriorityFeePerGas, hash: next.sent.hashes.at(-1)! });
      }
      await this.#broadcast(next.raw);
      return next.sent;
    } catch (error) {
      if (error instanceof SenderError && error.code === "state") throw error;
      return sent; // the node does not answer: the next look tells
    }
  }

  /** What helps a transaction that is stuck. */
  get #remedy(): string {
    if (!(this.#options.signer instanceof BaseWallet)) return "Or raise its fee in the wallet.";
    if (this.#outOfMoney) return "The account lacks gas money: send it some native coins.";
    return "Where gas is dear, allow more: gas.maxFeePerGas, --max-gas-price.";
  }

  /** Hands it to the node, which may know it, or one that replaced it: what became of it, the next look tells. */
  async #broadcast(raw: string): Promise<void> {
    this.#outOfMoney = false;
    await this.#options.chain.provider.broadcastTransaction(raw).catch((error: unknown) => {
      this.#outOfMoney = chainError(error, "").code === "insufficient-funds";
    });
  }

  /** Signs it with its fees. It gets the hash of that, if it had not. */
  async #sign(unsigned: SentTransaction): Promise<{ sent: SentTransaction; raw: string }> {
    const { chain, signer } = this.#options;
    const { to, data, nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = unsigned;
    const fees =
      maxPriorityFeePerGas === undefined
        ? { type: 0, gasPrice: maxFeePerGas }
        : { type: 2, maxFeePerGas, maxPriorityFeePerGas };
    const raw = await signer.signTransaction({ to, data, nonce, gasLimit, chainId: chain.chainId, ...fees });
    const hash = keccak256(raw) as Hex;
    const hashes = unsigned.hashes.includes(hash) ? unsigned.hashes : [...unsigned.hashes, hash];
    return { sent: { ...unsigned, hashes }, raw };
  }
}

function pause({ provider }: Chain): Promise<void> {
  const interval = provider instanceof AbstractProvider ? provider.pollingInterval : POLLING;
  return new Promise((resolve) => setTimeout(resolve, interval));
}
