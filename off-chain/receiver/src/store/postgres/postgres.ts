import type { Hex } from "@rmps/proofs";
import type { Pool } from "pg";
import { mayEnd } from "../../ledger/account.ts";
import type { ChainStore } from "../chain.ts";
import { CLOSED, type ChannelRecord } from "../channel.ts";
import type {
  ChannelFilter,
  Charge,
  ChargeId,
  ChargeOutcome,
  End,
  EndOutcome,
  Store,
  StoredAnswer,
  StoreOptions,
  Totals,
} from "../store.ts";
import type { SponsorshipStore } from "../sponsorships.ts";
import { RememberedTotals } from "../totals.ts";
import type { TransactionStore } from "../transactions.ts";
import type { UnsettledStore } from "../unsettled.ts";
import { PostgresChain } from "./chain.ts";
import { guard, transact } from "./connect.ts";
import { Leader } from "./leader.ts";
import { openDatabase, type Opened } from "./open.ts";
import { Payments } from "./payments.ts";
import { readChannel, readChannels, readTotals } from "./queries.ts";
import { addSeen } from "./seen.ts";
import { PostgresSponsorships } from "./sponsorships.ts";
import { PostgresTransactions } from "./transactions.ts";
import { PostgresUnsettled } from "./unsettled.ts";

/** Channels whose terms are kept in memory. */
const KEPT = 20_000;
/** Milliseconds between two sweeps of the node that leads. */
const BETWEEN_SWEEPS = 60_000;

/** The store of any number of receivers in one PostgreSQL database. */
export class PostgresStore implements Store {
  readonly firstBlock: number;
  readonly challengeKey: Uint8Array;
  readonly chain: ChainStore;
  readonly transactions: TransactionStore;
  readonly sponsorships: SponsorshipStore;
  readonly unsettled: UnsettledStore;
  readonly #pool: Pool;
  readonly #payments: Payments;
  readonly #leader: Leader;
  readonly #kept = new Map<Hex, ChannelRecord>();
  readonly #totals: RememberedTotals;
  #sweptAt = 0;
  #closing: Promise<void> | undefined;

  private constructor({ pool, firstBlock, challengeKey }: Opened) {
    this.#pool = pool;
    this.firstBlock = firstBlock;
    this.challengeKey = challengeKey;
    this.#payments = new Payments(pool, firstBlock);
    this.#totals = new RememberedTotals(() => guard(() => readTotals(pool)));
    this.#leader = new Leader(pool);
    this.chain = new PostgresChain(pool);
    this.transactions = new PostgresTransactions(pool);
    this.sponsorships = new PostgresSponsorships(pool);
    this.unsettled = new PostgresUnsettled(pool);
  }

  /** Opens the database, or sets it up. @throws StoreRefused */
  static async open(url: string, options: StoreOptions): Promise<PostgresStore> {
    return new PostgresStore(await openDatabase(url, options));
  }

  cached(id: Hex): ChannelRecord | undefined {
    return this.#kept.get(id);
  }

  async channel(id: Hex): Promise<ChannelRecord | undefined> {
    const channel = await guard(() => readChannel(this.#pool, id));
    this.#kept.delete(id);
    if (channel === undefined) return undefined;
    if (this.#kept.size >= KEPT) for (const oldest of this.#kept.keys()) if (this.#kept.delete(oldest)) break;
    this.#kept.set(id, channel);
    return channel;
  }

  channels(filter: ChannelFilter): Promise<ChannelRecord[]> {
    return guard(() => readChannels(this.#pool, filter));
  }

  totals(): Promise<Totals> {
    return this.#totals.get();
  }

  charge(charge: Charge): Promise<ChargeOutcome> {
    return this.#payments.charge(charge);
  }

  finish(charge: ChargeId, answer?: StoredAnswer): Promise<void> {
    return guard(() => this.#payments.finish(charge, answer));
  }

  undo(charge: ChargeId): Promise<boolean> {
    return this.#payments.undo(charge);
  }

  async end({ channelId, agreement }: End): Promise<EndOutcome> {
    const { amount, deadline, signature } = agreement;
    for (;;) {
      const { rowCount } = await guard(() =>
        this.#pool.query(
          `UPDATE rmps.channels SET agreement_amount = $2, agreement_deadline = $3, agreement_signature = $4
           WHERE id = $1 AND agreement_signature IS NULL AND closes_at <> ${CLOSED} AND opened_block IS NOT NULL
             AND confirmed_deposit > 0 AND (opened_block >= $5 OR paid)
             AND greatest(spent, settled) <= $2 AND deposit >= $2`,
          [channelId, String(amount), String(deadline), signature, this.firstBlock],
        ),
      );
      if (rowCount === 1) return { kind: "ended", agreement };
      const channel = await this.channel(channelId);
      if (channel === undefined) return { kind: "refused", code: "channel-not-found" };
      const reason = mayEnd(channel, amount, this.firstBlock);
      if (reason !== undefined) return reason;
      // What stood against it has just gone.
    }
  }

  publish(channelId: Hex, balance: bigint): Promise<void> {
    return guard(() =>
      transact(this.#pool, async (client) => {
        // The channel first, as everybody locks it first.
        const published = "UPDATE rmps.channels SET published = greatest(published, $2) WHERE id = $1";
        await client.query(published, [channelId, String(balance)]);
        await addSeen(client, [channelId], [balance]);
      }),
    );
  }

  async lead(): Promise<boolean> {
    return guard(async () => {
      if (this.#closing !== undefined) return false;
      await this.#payments.bury(); // Every node comes by here in every round.
      if (!(await this.#leader.lead())) return false;
      if (Date.now() - this.#sweptAt > BETWEEN_SWEEPS) {
        this.#sweptAt = Date.now();
        await this.#sweep();
      }
      return true;
    });
  }

  async healthy(): Promise<boolean> {
    // A server that is full, or took to reading only, still answers questions.
    const trial = "UPDATE rmps.meta SET value = value WHERE name = 'chainId'";
    return this.#pool.query(this.#payments.failing ? trial : "SELECT 1").then(
      () => true,
      () => false,
    );
  }

  /** Nothing: `pg_dump` does it. */
  copy(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    // A database that is gone must not keep a receiver from stopping.
    await this.#payments.close().catch(() => undefined);
    this.#leader.resign();
    await this.#pool.end();
  }

  /**
   * Forgets keys of a day ago, and counts charges as finished that nobody has ended for ten minutes: those of a node
   * that crashed.
   */
  async #sweep(): Promise<void> {
    await this.#pool.query("DELETE FROM rmps.in_flight WHERE created < now() - interval '10 minutes'");
    await this.#pool.query("DELETE FROM rmps.repeats WHERE created < now() - interval '1 day'");
  }
}
