import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import { StoreUnavailable } from "../error.ts";
import { GroupCommit } from "../group-commit.ts";
import type { Charge, ChargeId, ChargeOutcome, ChargeRefusal, StoredAnswer } from "../store.ts";

/** Requests in one call of the database. */
const AT_MOST = 512;

/** Milliseconds for which finished charges gather: nobody waits for them, and each statement costs both sides. */
const FINISH_EVERY = 25;

const FINISH = `DELETE FROM rmps.in_flight
  USING (SELECT set_config('synchronous_commit', 'off', true)) AS transaction (commits_synchronously)
  WHERE commits_synchronously = 'off' AND charge = ANY ($1)`;

interface NamedCharge extends Charge {
  readonly id: ChargeId;
}

interface OutcomeRow {
  kind: "charged" | "repeated" | ChargeRefusal;
  new_accepted: string;
  new_spent: string;
  answer_status: number | null;
  answer_headers: string | null;
  answer_body: Buffer | null;
}

/** Payments in PostgreSQL: those that wait on this node in one transaction, in one round trip. */
export class Payments {
  readonly #pool: Pool;
  readonly #firstBlock: number;
  readonly #charges: GroupCommit<NamedCharge, ChargeOutcome>;
  readonly #undos: GroupCommit<ChargeId, boolean>;
  readonly #finishes: GroupCommit<ChargeId, void>;
  /** Tells the charges of this node, and of this life of it, from all others. */
  readonly #node = randomBytes(8).toString("hex");
  #last = 0;
  /** Charges that were answered with a failure and may yet be in the books. */
  #orphans: ChargeId[] = [];

  constructor(pool: Pool, firstBlock: number) {
    this.#pool = pool;
    this.#firstBlock = firstBlock;
    this.#charges = new GroupCommit((charges) => this.#commit(charges), { atMost: AT_MOST });
    this.#undos = new GroupCommit((ids) => this.#undoAll(ids), { atMost: AT_MOST });
    const gather = () => new Promise((resolve) => setTimeout(resolve, FINISH_EVERY));
    this.#finishes = new GroupCommit((ids) => this.#finishAll(ids), { atMost: 8 * AT_MOST, gather });
  }

  charge(charge: Charge): Promise<ChargeOutcome> {
    return this.#charges.submit({ ...charge, id: `${this.#node}-${++this.#last}` });
  }

  undo(id: ChargeId): Promise<boolean> {
    return this.#undos.submit(id);
  }

  async finish(id: ChargeId, answer?: StoredAnswer): Promise<void> {
    if (answer !== undefined) {
      await this.#pool.query(
        `UPDATE rmps.repeats SET status = $2, headers = $3, body = $4
         WHERE key = (SELECT key FROM rmps.in_flight WHERE charge = $1)`,
        [id, answer.status, JSON.stringify(answer.headers), Buffer.from(answer.body)],
      );
    }
    await this.#finishes.submit(id);
  }

  /** Whether the last payments could not be committed. */
  get failing(): boolean {
    return this.#charges.failing;
  }

  /** Waits until nothing waits, and gives up what this node could still undo. */
  async close(): Promise<void> {
    await Promise.all([this.#charges.drained(), this.#undos.drained(), this.#finishes.drained()]);
    await this.bury();
    await this.#pool.query("DELETE FROM rmps.in_flight WHERE starts_with(charge, $1)", [`${this.#node}-`]);
  }

  async #commit(charges: NamedCharge[]): Promise<ChargeOutcome[]> {
    // Who was told of a failure may count on the credit at once.
    await this.#undos.drained();
    await this.bury();
    // In the order of channels, the same on every node, so that batches wait for each other in one direction only.
    const order = charges
      .map((_, i) => i)
      .sort((a, b) => compare(charges[a]!.channelId, charges[b]!.channelId) || a - b);
    const sorted = order.map((i) => charges[i]!);
    const rows = await this.#run(sorted);
    const outcomes = new Array<ChargeOutcome>(charges.length);
    for (let i = 0; i < order.length; i++) outcomes[order[i]!] = toOutcome(sorted[i]!, rows[i]!);
    return outcomes;
  }

  /** Runs a batch; once more where its outcome is unknown, which charges nothing twice. */
  async #run(charges: NamedCharge[]): Promise<OutcomeRow[]> {
    try {
      return await this.#call(charges, false);
    } catch {
      try {
        return await this.#call(charges, true);
      } catch (error) {
        this.#orphans.push(...charges.map(({ id }) => id));
        throw new StoreUnavailable("The store failed.", { cause: error });
      }
    }
  }

  async #call(charges: NamedCharge[], again: boolean): Promise<OutcomeRow[]> {
    const { rows } = await this.#pool.query<OutcomeRow>({
      name: "rmps-charge",
      text: "SELECT * FROM rmps.charge($1, $2, $3::numeric[], $4, $5::numeric[], $6, $7, $8)",
      values: [
        charges.map(({ id }) => id),
        charges.map(({ channelId }) => channelId),
        charges.map(({ balance }) => String(balance)),
        charges.map(({ signature }) => signature),
        charges.map(({ price }) => String(price)),
        charges.map(({ idempotency }) => idempotency ?? null),
        this.#firstBlock,
        again,
      ],
    });
    return rows;
  }

  /**
   * Takes back what was charged to requests that were told of a failure; to be called now and then, for in ten minutes it
   * counts as served.
   */
  async bury(): Promise<void> {
    if (this.#orphans.length === 0) return;
    const buried = new Set(this.#orphans);
    await this.#undoAll([...buried]);
    this.#orphans = this.#orphans.filter((id) => !buried.has(id));
  }

  async #undoAll(ids: ChargeId[]): Promise<boolean[]> {
    const { rows } = await this.#pool.query<{ undo: ChargeId }>("SELECT * FROM rmps.undo($1)", [ids]);
    const undone = new Set(rows.map(({ undo }) => undo));
    return ids.map((id) => undone.delete(id)); // The second of two that ask for the same gets false.
  }

  /** Does not wait for the disk: what a crash brings back is swept away, as all charges are that nobody ended. */
  async #finishAll(ids: ChargeId[]): Promise<void[]> {
    await this.#pool.query({ name: "rmps-finish", text: FINISH, values: [ids] });
    return new Array<void>(ids.length);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toOutcome({ id }: NamedCharge, row: OutcomeRow): ChargeOutcome {
  const { kind } = row;
  if (kind === "charged") {
    return { kind, charge: id, accepted: BigInt(row.new_accepted), spent: BigInt(row.new_spent) };
  }
  if (kind !== "repeated") return { kind: "refused", code: kind };
  const { answer_status: status, answer_headers: headers, answer_body: body } = row;
  if (status === null || headers === null || body === null) return { kind, answer: undefined };
  const parsed = JSON.parse(headers) as [string, string][];
  return { kind, answer: { status, headers: parsed, body: new Uint8Array(body) } };
}
