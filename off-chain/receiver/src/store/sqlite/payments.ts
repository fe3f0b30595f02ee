import type { Hex } from "@rmps/proofs";
import type Database from "better-sqlite3";
import { charge, end, publish, undo, type Account } from "../../ledger/account.ts";
import { GroupCommit } from "../group-commit.ts";
import type { Charge, ChargeId, ChargeOutcome, End, EndOutcome, StoredAnswer } from "../store.ts";
import type { Accounts } from "./accounts.ts";
import type { InFlight, OpenCharge } from "./in-flight.ts";
import { Repeats } from "./repeats.ts";
import type { Wal } from "./wal.ts";

/** One change of our numbers, run within the transaction of its batch; returns what to do after the commit. */
type Operation = ((batch: Batch) => () => void) & {
  /** Whether the thread need not wait for the disk: what it changes matters to nobody before it is answered. */
  readonly patient?: true;
};

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
  readonly #queue: GroupCommit<Operation, void>;

  constructor(db: Database.Database, wal: Wal, accounts: Accounts, inFlight: InFlight, firstBlock: number) {
    this.#accounts = accounts;
    this.#inFlight = inFlight;
    this.#repeats = new Repeats(db);
    this.#firstBlock = firstBlock;
    const transaction = db.transaction((operations: Operation[], batch: Batch) => {
      const afterwards = operations.map((operation) => operation(batch));
      for (const account of batch.dirty) accounts.write(account);
      return afterwards;
    });
    this.#queue = new GroupCommit((operations) => {
      const batch = new Batch(accounts);
      const patient = operations.every((operation) => operation.patient);
      let afterwards;
      try {
        accounts.postWhenDue();
        const commit = () => transaction.immediate(operations, batch);
        afterwards = patient ? wal.unflushed(commit) : commit();
      } catch (error) {
        accounts.forget(batch.touched.keys()); // They are read again before anything is answered.
        throw error;
      }
      const results = afterwards.map((afterCommit) => afterCommit());
      // The next proofs are verified while the disk works; those who wait are told when it is done.
      return patient ? wal.flush().then(() => results) : results;
    });
  }

  async charge(wanted: Charge): Promise<ChargeOutcome> {
    let outcome: ChargeOutcome | undefined;
    const operation = (batch: Batch): (() => void) => {
      outcome = this.#charge(batch, wanted);
      if (outcome.kind !== "charged") return nothing;
      const { charge: id } = outcome;
      const { channelId, price, idempotency } = wanted;
      return () => {
        this.#inFlight.add(id, { channelId, price, idempotency });
        this.#refresh(channelId);
      };
    };
    await this.#queue.submit(Object.assign(operation, { patient: true } as const));
    return outcome!;
  }

  #charge(batch: Batch, wanted: Charge): ChargeOutcome {
    const account = batch.get(wanted.channelId);
    if (account === undefined) return { kind: "refused", code: "channel-not-found" };
    const { idempotency } = wanted;
    if (idempotency !== undefined && wanted.balance > account.published) {
      const known = this.#repeats.find(idempotency);
      if (known !== undefined) return { kind: "repeated", answer: known.answer };
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
    await this.#queue.submit(() => {
      this.#repeats.answer(key, answer);
      return nothing;
    });
  }

  async undo(id: ChargeId): Promise<boolean> {
    const open = this.#inFlight.end(id);
    if (open === undefined) return false;
    const { channelId, price, idempotency } = open;
    try {
      await this.#queue.submit((batch) => {
        const account = batch.get(channelId);
        if (account === undefined) return nothing;
        undo(account, price);
        batch.dirty.add(account);
        if (idempotency !== undefined) this.#repeats.remove(idempotency);
        return nothing;
      });
    } finally {
      this.#release(open); // Not before: until it is off what was spent, it must not be settled.
    }
    return true;
  }

  async end(wanted: End): Promise<EndOutcome> {
    let outcome: EndOutcome | undefined;
    await this.#queue.submit((batch) => {
      const account = batch.get(wanted.channelId);
      if (account === undefined) {
        outcome = { kind: "refused", code: "channel-not-found" };
        return nothing;
      }
      outcome = end(account, wanted, this.#firstBlock);
      batch.dirty.add(account);
      return nothing;
    });
    return outcome!;
  }

  async publish(channelId: Hex, balance: bigint): Promise<void> {
    await this.#queue.submit((batch) => {
      const account = batch.get(channelId);
      if (account === undefined) return nothing;
      publish(account, balance);
      batch.dirty.add(account);
      return nothing;
    });
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

function nothing(): void {
  // Most operations have nothing left to do after their commit.
}
