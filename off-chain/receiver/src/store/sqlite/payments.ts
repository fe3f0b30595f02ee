import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import { charge, end, publish, undo, type Account } from "../../ledger/account.ts";
import { GroupCommit } from "../group-commit.ts";
import type { Charge, ChargeId, ChargeOutcome, End, EndOutcome, StoredAnswer } from "../store.ts";
import type { Accounts } from "./accounts.ts";
import type { InFlight, OpenCharge } from "./in-flight.ts";
import { Repeats } from "./repeats.ts";
import type { Wal } from "./wal.ts";

/** One change of our numbers. */
interface Operation<Result> {
  /** Run within the transaction of its batch. */
  run(batch: Batch): Result;
  /** Run after the commit. */
  committed?(result: Result): void;
  /** Whether the thread need not wait for the disk: what it changes matters to nobody before it is answered. */
  readonly patient?: true;
}

/** The channels that a batch has touched: the same objects for all its operations, whatever the cache does. */
class Batch {
  readonly touched = new Map<Hex, Account>();
  readonly dirty = new Set<Account>();
  readonly #accounts: Accounts;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  get(id: Hex): Account | undefined {
    let account = this.touched.get(id);
    if (account === undefined && (account = this.#accounts.get(id)) !== undefined) this.touched.set(id, account);
    return account;
  }
}

/** Payments and ends of channels in SQLite, many in one commit. */
export class Payments {
  readonly #accounts: Accounts;
  readonly #inFlight: InFlight;
  readonly #repeats: Repeats;
  readonly #firstBlock: number;
  readonly #queue: GroupCommit<Operation<unknown>, unknown>;
  readonly #trial: Database.Statement<[]>;

  constructor(db: Database.Database, wal: Wal, accounts: Accounts, inFlight: InFlight, firstBlock: number) {
    this.#accounts = accounts;
    this.#inFlight = inFlight;
    this.#repeats = new Repeats(db);
    // Another value each time: SQLite writes nothing where nothing changes.
    this.#trial = db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('trial', random())");
    this.#firstBlock = firstBlock;
    const transaction = db.transaction((operations: Operation<unknown>[], batch: Batch) => {
      const results = operations.map((operation) => operation.run(batch));
      for (const account of batch.dirty) accounts.write(account);
      return results;
    });
    this.#queue = new GroupCommit((operations) => {
      const batch = new Batch(accounts);
      const patient = operations.every((operation) => operation.patient);
      let results: unknown[];
      try {
        accounts.postWhenDue();
        const commit = () => transaction.immediate(operations, batch);
        results = patient ? wal.unflushed(commit) : commit();
      } catch (error) {
        accounts.forget(batch.touched.keys()); // They are read again before anything is answered.
        throw error;
      }
      for (let i = 0; i < operations.length; i++) operations[i]!.committed?.(results[i]);
      // The next proofs are verified while the disk works; those who wait are told when it is done.
      return patient ? wal.flush().then(() => results) : results;
    });
  }

  #submit<Result>(operation: Operation<Result>): Promise<Result> {
    return this.#queue.submit(operation) as Promise<Result>;
  }

  charge(wanted: Charge): Promise<ChargeOutcome> {
    return this.#submit({
      patient: true,
      run: (batch) => this.#charge(batch, wanted),
      committed: (outcome) => {
        if (outcome.kind !== "charged") return;
        const { channelId, price, idempotency } = wanted;
        this.#inFlight.add(outcome.charge, { channelId, price, idempotency });
        this.#refresh(channelId);
      },
    });
  }

  #charge(batch: Batch, wanted: Charge): ChargeOutcome {
    const account = batch.get(wanted.channelId);
    if (account === undefined) return { kind: "refused", code: "channel-not-found" };
    const { idempotency } = wanted;
    const known = idempotency === undefined ? undefined : this.#repeats.find(idempotency);
    if (known !== undefined) {
      // Charged already. A proof that may be public shows nobody the answer, and buys it no second time.
      if (wanted.balance <= account.published) return { kind: "refused", code: "insufficient-payment" };
      return { kind: "repeated", answer: known.answer };
    }
    const { accepted, proof } = account;
    const refusal = charge(account, wanted, this.#firstBlock);
    if (refusal !== undefined) {
      if (account.accepted !== accepted || account.proof !== proof) batch.dirty.add(account);
      return { kind: "refused", code: refusal };
    }
    batch.dirty.add(account);
    if (idempotency !== undefined) this.#repeats.add(idempotency);
    return { kind: "charged", charge: this.#inFlight.next(), accepted: account.accepted, spent: account.spent };
  }

  async finish(id: ChargeId, answer?: StoredAnswer): Promise<void> {
    const open = this.#inFlight.end(id);
    if (open === undefined) return;
    this.#release(open);
    const key = open.idempotency;
    if (key === undefined || answer === undefined) return;
    await this.#submit({ run: () => this.#repeats.answer(key, answer) });
  }

  async undo(id: ChargeId): Promise<boolean> {
    const open = this.#inFlight.end(id);
    if (open === undefined) return false;
    const { channelId, price, idempotency } = open;
    try {
      await this.#submit({
        run: (batch) => {
          const account = batch.get(channelId);
          if (account === undefined) return;
          undo(account, price);
          batch.dirty.add(account);
          if (idempotency !== undefined) this.#repeats.remove(idempotency);
        },
      });
    } finally {
      this.#release(open); // Not before: until it is off what was spent, it must not be settled.
    }
    return true;
  }

  end(wanted: End): Promise<EndOutcome> {
    return this.#submit({
      run: (batch): EndOutcome => {
        const account = batch.get(wanted.channelId);
        if (account === undefined) return { kind: "refused", code: "channel-not-found" };
        batch.dirty.add(account);
        return end(account, wanted, this.#firstBlock);
      },
    });
  }

  publish(channelId: Hex, balance: bigint): Promise<void> {
    return this.#submit({
      run: (batch) => {
        const account = batch.get(channelId);
        if (account === undefined) return;
        publish(account, balance);
        batch.dirty.add(account);
      },
    });
  }

  /** Whether commits get to the disk. Where the last one did not, another is tried, in the way that payments go. */
  async healthy(): Promise<boolean> {
    if (!this.#queue.failing) return true;
    return this.#submit({ patient: true, run: () => void this.#trial.run() }).then(
      () => true,
      () => false,
    );
  }

  /** Waits until nothing waits. */
  drained(): Promise<void> {
    return this.#queue.drained();
  }

  #release(open: OpenCharge): void {
    this.#inFlight.release(open);
    this.#refresh(open.channelId);
  }

  #refresh(channelId: Hex): void {
    const account = this.#accounts.cached(channelId);
    if (account !== undefined) account.inFlight = this.#inFlight.of(channelId);
  }
}
