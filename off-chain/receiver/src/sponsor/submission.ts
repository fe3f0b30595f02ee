import { keccak256, type Address, type Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { Alarms } from "../alarms.ts";
import { isOfNode, RpcError } from "../chain/rpc/errors.ts";
import type { Errand, ErrandTools } from "../chain/settler/errand.ts";
import type { Situation } from "../chain/settler/fates.ts";
import type { ChainStore } from "../store/chain.ts";
import type { Sponsorship, SponsorshipState, SponsorshipStore } from "../store/sponsorships.ts";
import type { QueuedTransaction } from "../store/transactions.ts";
import { BUDGET_PERIOD } from "./policy.ts";
import { reasonOf } from "./simulation.ts";
import type { SponsorPolicy } from "./types.ts";

/** Sponsored transactions under way at once: a few, so that they never stand in a dispute's way. */
export const MAX_SPONSORED = 4;

export interface SubmissionOptions extends ErrandTools {
  readonly store: SponsorshipStore;
  readonly chain: Pick<ChainStore, "deposits">;
  readonly contract: Address;
  readonly policy: SponsorPolicy;
  readonly alarms: Alarms;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Deposits into one channel among which another's use of the authorization is looked for. */
const LATEST = 16;

/** What came of sending one. */
export type Sending =
  | { readonly kind: "sent"; readonly transaction: Hex }
  | { readonly kind: "waits" }
  | { readonly kind: "reverts"; readonly reason: string };

/** Sends what was stored, on the node that leads, and keeps the books of what became of it. */
export class Submission implements Errand {
  readonly #options: SubmissionOptions;
  /** Of this process: how many became what, and what those that are final cost, in wei. */
  readonly counts = new Map<SponsorshipState, number>();
  gasSpent = 0n;

  constructor(options: SubmissionOptions) {
    this.#options = options;
  }

  /** Sends what waits: after a restart, or because another node stored it. To be called after everything that matters more. */
  async round(situation: Situation): Promise<void> {
    const { store, alarms, policy, now } = this.#options;
    for (const waiting of await store.waiting()) await this.send(waiting, situation);
    const used = await store.used(now() - BUDGET_PERIOD);
    const detail = `${used} of ${policy.budget} wei for sponsoring are used or set aside: nothing more is sponsored today.`;
    alarms.set("sponsor-budget", used + policy.maxCost > policy.budget, detail);
  }

  /** Sends one that is stored, unless that was done. @throws RpcUnavailable, StoreUnavailable */
  async send(sponsorship: Sponsorship, situation: Situation): Promise<Sending> {
    const { outbox, contract, gas, log, store } = this.#options;
    const { key, data, channelId, cost, validUntil } = sponsorship;
    const rows = (await outbox.unfinished()).filter(({ purpose }) => purpose === "sponsor");
    // It may be in the queue already: a process ended between the two.
    const queued = rows.find((row) => row.data === data);
    if (queued !== undefined) {
      await this.follow(queued);
      return { kind: "sent", transaction: queued.hashes.at(-1)! };
    }
    if (validUntil < situation.time) return this.#drop(sponsorship, "its authorization has expired");
    if (rows.filter(({ state }) => state === "pending").length >= MAX_SPONSORED) return { kind: "waits" };
    if (gas.spare < cost) return { kind: "waits" };
    try {
      const order = { purpose: "sponsor", channels: [channelId], to: contract, data, deadline: validUntil } as const;
      const row = await outbox.send({ ...order, maxCost: cost }, situation);
      await this.follow(row);
      this.#count("sent");
      const transaction = row.hashes.at(-1)!;
      log.info({ channel: channelId, nonce: row.nonce, hash: transaction }, "sponsored a deposit");
      return { kind: "sent", transaction };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return this.#drop((await store.find(key)) ?? sponsorship, reasonOf(error));
    }
  }

  /** Takes over what became of a transaction; to be called before that is stored with it. */
  async follow(row: QueuedTransaction): Promise<void> {
    if (row.purpose !== "sponsor") return;
    const { store } = this.#options;
    const state = row.state === "pending" ? "sent" : row.state;
    const cost = row.state === "pending" ? undefined : (row.cost ?? 0n);
    const transaction = row.hashes.at(-1);
    const faster = row.state === "failed" && row.minedBlock !== undefined ? await this.#faster(row) : [];
    await store.update(keccak256Hex(row.data), {
      state,
      deposits: [...row.hashes, ...faster],
      ...(transaction === undefined ? {} : { transaction }),
      ...(cost === undefined ? {} : { cost }),
    });
    if (state !== "done" && state !== "failed") return;
    this.#count(state);
    this.gasSpent += cost ?? 0n;
  }

  /**
   * Where ours was reverted: transactions of others that made the very deposit, as their calldata shows. None where no
   * node tells: a fee is not worth holding up the queue, in which disputes wait.
   */
  async #faster({ channels, data, hashes }: QueuedTransaction): Promise<Hex[]> {
    const { chain, account, log } = this.#options;
    const all = await Promise.all(channels.map((channel) => chain.deposits(channel, LATEST)));
    const theirs = all.flat().filter((hash) => !hashes.includes(hash));
    try {
      const calls = await Promise.all(theirs.map((hash) => account.calldata(hash)));
      return theirs.filter((_, at) => calls[at]?.includes(data.slice(2)));
    } catch (error) {
      if (!isOfNode(error)) throw error;
      log.warn({ err: error, channels }, "cannot tell who made a sponsored deposit: its fee is let go");
      return [];
    }
  }

  /** Nothing is sent for it, and it costs nothing. */
  async #drop({ key, channelId }: Sponsorship, reason: string): Promise<Sending> {
    const { store, log } = this.#options;
    await store.update(key, { state: "failed", cost: 0n });
    this.#count("failed");
    log.warn({ channel: channelId, reason }, "not sponsored: it would revert");
    return { kind: "reverts", reason };
  }

  #count(state: SponsorshipState): void {
    this.counts.set(state, (this.counts.get(state) ?? 0) + 1);
  }
}

/** The key of a sponsorship: the hash of its calldata. */
export function keccak256Hex(data: Hex): Hex {
  return `0x${Buffer.from(keccak256(Buffer.from(data.slice(2), "hex"))).toString("hex")}`;
}
