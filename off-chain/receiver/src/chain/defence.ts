import type { Logger } from "pino";
import type { Alarms } from "../alarms.ts";
import type { ChannelRecord } from "../store/channel.ts";
import type { Head } from "../store/chain.ts";
import type { TransactionStore } from "../store/transactions.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Rpc } from "./rpc/rpc.ts";
import { readBlock } from "./watcher/node-view.ts";

/**
 * A channel is defended while its challenge period is at least so many times what an answer takes now. (To start with,
 * it has to be four times: between the two a chain may slow down without a sale being refused.)
 */
const PERIOD_TO_DELAY = 2;

/** Between two looks, in milliseconds. */
const EVERY = 10_000;

export interface DefenceOptions {
  readonly rpc: Rpc;
  readonly transactions: Pick<TransactionStore, "unfinished">;
  readonly alarms: Alarms;
  readonly head: () => Head | undefined;
  /** Since when the settler's rounds have failed, Unix milliseconds; undefined while they do not. */
  readonly settlerFailingSince: () => number | undefined;
  /** Whether confirmation takes what it takes because blocks only come when there is something to do. */
  readonly idle: boolean;
  /** The shortest challenge period that is taken, in seconds. */
  readonly shortestPeriod: number;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * How long it takes at present until an answer to a close is on the chain and stays there; channels that would be
 * finalized before that must not be sold to. Each node of a store looks for itself.
 */
export class Defence {
  readonly #options: DefenceOptions;
  readonly #beat: Heartbeat;
  #seconds = 0;

  constructor(options: DefenceOptions) {
    this.#options = options;
    const failed = (error: unknown) => options.log.warn({ err: error }, "cannot tell how slow the chain is");
    this.#beat = new Heartbeat(() => this.look(), EVERY, failed, options.now);
  }

  /** Seconds that an answer takes, as last seen. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Whether a close of a channel with such a challenge period (in seconds) could be answered in time. */
  defends({ challengePeriod }: Pick<ChannelRecord["terms"], "challengePeriod">): boolean {
    return challengePeriod >= PERIOD_TO_DELAY * this.#seconds;
  }

  start(): void {
    this.#beat.start();
  }

  async stop(): Promise<void> {
    await this.#beat.stop();
  }

  /** Looks now. @throws RpcUnavailable, StoreUnavailable: what was seen last goes on to count. */
  async look(): Promise<void> {
    const { alarms, shortestPeriod } = this.#options;
    this.#seconds = Math.max(await this.#confirming(), await this.#waiting(), this.#failing());
    const detail =
      `An answer on chain takes about ${Math.ceil(this.#seconds)} s at present: channels with a challenge period ` +
      `below ${Math.ceil(PERIOD_TO_DELAY * this.#seconds)} s take no payments.`;
    alarms.set("slow-chain", !this.defends({ challengePeriod: shortestPeriod }), detail);
  }

  /** How old the newest block is that counts as settled. */
  async #confirming(): Promise<number> {
    const { rpc, head, idle } = this.#options;
    const { number, confirmed, timestamp } = head() ?? {};
    if (idle || confirmed === undefined || confirmed < 0 || confirmed === number || timestamp === undefined) return 0;
    const block = await rpc.atOneNode((node) => readBlock(node, confirmed));
    return block === undefined ? 0 : timestamp - block.timestamp;
  }

  /** How long the oldest dispute has waited for its block. */
  async #waiting(): Promise<number> {
    const { transactions, now } = this.#options;
    const disputes = (await transactions.unfinished()).filter(
      ({ purpose, state }) => purpose === "dispute" && state === "pending",
    );
    return Math.max(0, ...disputes.map(({ createdAt }) => (now() - createdAt) / 1000));
  }

  #failing(): number {
    const { settlerFailingSince, now } = this.#options;
    return (now() - (settlerFailingSince() ?? now())) / 1000;
  }
}
