import type { Hex } from "@rmps/proofs";
import type { Bundle } from "@rmps/wire";
import type { TransactionReceipt } from "ethers";
import { CLOSED } from "../book/moves.ts";
import { factsOf, type Chain } from "../channel/chain.ts";
import { sideBySide } from "../channel/each.ts";
import { MANAGER } from "../channel/managers.ts";
import type { Outcome } from "../channel/transactions/look.ts";
import type { Outbox } from "../channel/transactions/outbox.ts";
import type { Context } from "./context.ts";
import { show } from "./money.ts";
import { shortId } from "./output.ts";

/**
 * Transactions under way at once: a node keeps so many of one account for certain (geth's `accountslots`). The next ones,
 * those with the nearest deadlines first, go when these are mined.
 */
const AT_ONCE = 16;

/** A channel that is closing below what its bundle proves. */
interface Dispute {
  bundle: Bundle;
  /** Unix time until which an answer counts for certain. */
  closesAt: bigint;
}

/** Answers closes that concede too little, the nearest deadline first; one that is not mined holds no other up. */
export class Watchtower {
  readonly #chain: Chain;
  readonly #context: Context;
  /** What is watched: better proofs replace others. */
  bundles: readonly Bundle[];
  /** Channels of which it was said that they are closed. */
  readonly #closed = new Set<Hex>();
  /** The lowest nonce under way, and since when. */
  #waitsFor: { nonce: number; since: number } | undefined;

  constructor(chain: Chain, context: Context, bundles: readonly Bundle[]) {
    this.#chain = chain;
    this.#context = context;
    this.bundles = bundles;
  }

  /**
   * Looks at all channels, and sends what is due.
   * @param failed is told what went wrong with one: the others are defended all the same.
   * @returns whether there is anything left to watch for, and how many transactions were sent.
   */
  async round(failed: (error: unknown, id: Hex) => void): Promise<{ left: boolean; sent: number }> {
    const states = await sideBySide(this.bundles, (bundle) =>
      this.#look(bundle).catch((error: unknown) => failed(error, bundle.id)),
    );
    const left = states.some((state) => state !== "closed");
    const disputes = states.filter((state) => typeof state === "object");
    disputes.sort((a, b) => (a.closesAt < b.closesAt ? -1 : 1));
    if (disputes.length === 0) return { left, sent: 0 };
    return { left, sent: await this.#together((outbox) => this.#send(disputes, outbox, failed)) };
  }

  /** Looks after what is under way. @returns whether anything is still. @throws SenderError `chain`, also where it is stuck. */
  tend(): Promise<boolean> {
    return this.#together(async (outbox) => {
      for (const outcome of await outbox.tend()) await this.#tell(outcome);
      const [first] = await outbox.underWay();
      if (first === undefined) return false;
      if (this.#waitsFor?.nonce !== first.nonce) this.#waitsFor = { nonce: first.nonce, since: Date.now() };
      try {
        outbox.checkPatience(first, this.#waitsFor.since);
      } catch (error) {
        this.#waitsFor = undefined; // said once, then waited for as long again
        throw error;
      }
      return true;
    });
  }

  async #together<T>(work: (outbox: Outbox) => Promise<T>): Promise<T> {
    const { transactions } = await this.#context.channels();
    return transactions.together(this.#chain.chainId, work);
  }

  async #look(bundle: Bundle): Promise<Dispute | "closed" | void> {
    const { id, amount, contract } = bundle;
    const { deposit, settled, closesAt } = await factsOf(this.#chain, contract, id);
    if (closesAt === CLOSED) {
      if (!this.#closed.has(id)) this.#context.output.note(`${shortId(id)} is closed at ${settled}`);
      this.#closed.add(id);
      return "closed";
    }
    const due = amount < deposit ? amount : deposit;
    return closesAt === 0n || settled >= due ? undefined : { bundle, closesAt };
  }

  async #send(
    disputes: readonly Dispute[],
    outbox: Outbox,
    failed: (error: unknown, id: Hex) => void,
  ): Promise<number> {
    let sent = 0;
    for (const { bundle } of disputes) {
      const { id, terms, amount, balance, proof, contract } = bundle;
      const queue = await outbox.underWay();
      if (queue.length >= AT_ONCE) break;
      if (queue.some(({ settles }) => settles === id)) continue;
      try {
        const data = MANAGER.encodeFunctionData("settle", [terms, amount, balance, proof]) as Hex;
        await outbox.submit({ doing: "settling", deposits: undefined, settles: id, to: contract, data });
        sent++;
      } catch (error) {
        failed(error, id);
      }
    }
    return sent;
  }

  async #tell({ sent, receipt, error }: Outcome): Promise<void> {
    const { output } = this.#context;
    const { settles: id } = sent;
    if (id === undefined) return; // another command's
    if (error !== undefined) return output.note(`${shortId(id)}: ${error.message}; looking again`);
    const { hash } = receipt;
    const paid = paidBy(receipt, id);
    const bundle = this.bundles.find((each) => each.id === id);
    const words = bundle === undefined ? `${paid}` : show(paid, await this.#context.tokenAt(bundle.terms.token));
    output.result({ channel: id, paid, transaction: hash }, `defended ${shortId(id)}: ${words} more (${hash})`);
  }
}

/** What a transaction paid the receiver of a channel. */
function paidBy({ logs }: TransactionReceipt, id: Hex): bigint {
  const { topicHash } = MANAGER.getEvent("ChannelSettled");
  const log = logs.find(({ topics }) => topics[0] === topicHash && topics[1] === id);
  if (log === undefined) return 0n; // somebody else was faster
  return (MANAGER.decodeEventLog("ChannelSettled", log.data, log.topics) as unknown as { paid: bigint }).paid;
}
