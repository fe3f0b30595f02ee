import type { FileHandle } from "node:fs/promises";
import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import type { ChainStore } from "../chain.ts";
import type { ChannelRecord } from "../channel.ts";
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
import { Accounts } from "./accounts.ts";
import { SqliteChain } from "./chain.ts";
import { copyDatabase } from "./copy.ts";
import { InFlight } from "./in-flight.ts";
import { Journal } from "./journal.ts";
import { openDatabase } from "./open.ts";
import { Payments } from "./payments.ts";
import { guarded, promised } from "./promised.ts";
import { Queries } from "./queries.ts";
import { SqliteSponsorships } from "./sponsorships.ts";
import { SqliteTransactions } from "./transactions.ts";
import { SqliteUnsettled } from "./unsettled.ts";
import { Wal } from "./wal.ts";

/** The store of one receiver in one SQLite file, which it alone has open. */
export class SqliteStore implements Store {
  readonly firstBlock: number;
  readonly challengeKey: Uint8Array;
  readonly chain: ChainStore;
  readonly transactions: TransactionStore;
  readonly sponsorships: SponsorshipStore;
  readonly unsettled: UnsettledStore;
  readonly #path: string;
  readonly #db: Database.Database;
  readonly #wal: Wal;
  readonly #accounts: Accounts;
  readonly #payments: Payments;
  readonly #queries: Queries;
  readonly #totals: RememberedTotals;

  /**
   * Opens the file, or makes it.
   * @throws StoreRefused where another process has it, or it is of another deployment, a newer version, or no store.
   */
  constructor(path: string, options: StoreOptions) {
    const { db, firstBlock, challengeKey } = openDatabase(path, options);
    const inFlight = new InFlight();
    this.#path = path;
    this.#db = db;
    this.firstBlock = firstBlock;
    this.challengeKey = challengeKey;
    this.#wal = new Wal(db, path);
    this.#accounts = new Accounts(db, new Journal(db, this.#wal), inFlight);
    this.#payments = new Payments(db, this.#wal, this.#accounts, inFlight, firstBlock);
    this.#queries = new Queries(db, this.#accounts, inFlight);
    this.#totals = new RememberedTotals(() => guarded(() => this.#queries.totals()));
    this.chain = new SqliteChain(db, this.#accounts);
    this.transactions = new SqliteTransactions(db);
    this.sponsorships = new SqliteSponsorships(db, this.#accounts);
    this.unsettled = new SqliteUnsettled(db);
  }

  cached(id: Hex): ChannelRecord | undefined {
    return this.#accounts.cached(id);
  }

  channel(id: Hex): Promise<ChannelRecord | undefined> {
    return promised(() => this.#accounts.get(id));
  }

  channels(filter: ChannelFilter): Promise<ChannelRecord[]> {
    return promised(() => this.#queries.channels(filter));
  }

  totals(): Promise<Totals> {
    return this.#totals.get();
  }

  charge(charge: Charge): Promise<ChargeOutcome> {
    return this.#payments.charge(charge);
  }

  finish(charge: ChargeId, answer?: StoredAnswer): Promise<void> {
    return this.#payments.finish(charge, answer);
  }

  undo(charge: ChargeId): Promise<boolean> {
    return this.#payments.undo(charge);
  }

  end(end: End): Promise<EndOutcome> {
    return this.#payments.end(end);
  }

  publish(channelId: Hex, balance: bigint): Promise<void> {
    return this.#payments.publish(channelId, balance);
  }

  /** Always: nobody else can have the file open. */
  lead(): Promise<boolean> {
    return Promise.resolve(this.#db.open);
  }

  healthy(): Promise<boolean> {
    return promised(() => this.#db.prepare("SELECT 1").get()).then(
      () => this.#payments.healthy(),
      () => false,
    );
  }

  copy(): Promise<FileHandle> {
    return copyDatabase(this.#db, this.#path);
  }

  async close(): Promise<void> {
    await this.#payments.drained();
    this.#wal.close();
    if (this.#db.open) this.#db.close();
  }
}
