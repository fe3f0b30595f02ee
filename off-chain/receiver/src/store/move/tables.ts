import { toAmount } from "../sqlite/rows.ts";

/** How a column of SQLite is kept in PostgreSQL. */
interface Kind {
  /** Type of the parameter. */
  readonly type: string;
  /** The parameter of what SQLite has; the same unless given. */
  readonly read?: (value: never) => unknown;
  /** What is stored of a parameter; itself unless given. */
  readonly write?: (column: string) => string;
}

const KINDS = {
  text: { type: "text" },
  integer: { type: "bigint" },
  amount: { type: "numeric", read: (value: string) => String(toAmount(value)) },
  flag: { type: "boolean", read: (value: bigint) => value === 1n },
  bytes: { type: "bytea" },
  /** Unix milliseconds there, a time here. */
  time: { type: "bigint", write: (column) => `to_timestamp(${column} / 1000.0)` },
  /** Words with blanks between them there, an array here. */
  words: { type: "text", write: (column) => `string_to_array(${column}, ' ')` },
} satisfies Record<string, Kind>;

/** A table that both databases have. */
export interface Table {
  readonly name: string;
  /** Every column of SQLite. */
  readonly columns: Readonly<Record<string, keyof typeof KINDS>>;
  /** Columns that PostgreSQL alone has, made of the others; those that are not here have their defaults. */
  readonly more?: Readonly<Record<string, string>>;
  /** Rows that go at once; 500 unless given. */
  readonly atOnce?: number;
}

/**
 * All tables but `meta`, and `journal`, which is empty by then. Of PostgreSQL's own, `in_flight` and `seen` begin empty, as
 * with every start on SQLite: what was in flight stays charged, and all that was accepted counts as seen.
 */
export const TABLES: readonly Table[] = [
  {
    name: "channels",
    columns: {
      id: "text",
      sender: "text",
      sender_signer: "text",
      receiver: "text",
      receiver_signer: "text",
      token: "text",
      challenge_period: "integer",
      salt: "text",
      opened_block: "integer",
      deposit: "amount",
      confirmed_deposit: "amount",
      settled: "amount",
      closes_at: "integer",
      accepted: "amount",
      spent: "amount",
      proof_balance: "amount",
      proof_signature: "text",
      agreement_amount: "amount",
      agreement_deadline: "integer",
      agreement_signature: "text",
      published: "amount",
      paid: "flag",
      fee: "amount",
    },
    more: { seen_floor: "greatest(accepted, settled, published)" },
  },
  {
    name: "events",
    columns: {
      block: "integer",
      log_index: "integer",
      channel: "text",
      kind: "text",
      amount: "amount",
      closes_at: "integer",
      hash: "text",
    },
  },
  { name: "blocks", columns: { number: "integer", hash: "text" } },
  {
    name: "repeats",
    columns: { key: "text", created: "time", status: "integer", headers: "text", body: "bytes" },
    atOnce: 50, // Each has an answer of up to 64 KiB.
  },
  {
    name: "transactions",
    columns: { id: "integer", sender: "text", nonce: "integer", state: "text", document: "text" },
  },
  {
    name: "sponsorships",
    columns: {
      key: "text",
      channel: "text",
      sender: "text",
      amount: "amount",
      fee: "amount",
      data: "text",
      valid_until: "integer",
      cost: "amount",
      state: "text",
      hash: "text",
      created: "integer",
      applied: "flag",
      deposits: "words",
    },
  },
  { name: "unsettled", columns: { channel: "text", settled: "amount", since: "integer" } },
];

/** Reads all of a table from SQLite, in the order of `columns`. */
export function selectOf({ name, columns }: Table): string {
  return `SELECT ${Object.keys(columns).join(", ")} FROM ${name}`;
}

/** Writes rows of it into PostgreSQL: a parameter for each column, an array of what the rows have there. */
export function insertOf({ name, columns, more = {} }: Table): string {
  const names = Object.keys(columns);
  const kinds: Kind[] = Object.values(columns).map((kind) => KINDS[kind]);
  const written = kinds.map(({ write }, i) => write?.(names[i]!) ?? names[i]!);
  return `INSERT INTO rmps.${name} (${[...names, ...Object.keys(more)].join(", ")}) OVERRIDING SYSTEM VALUE
    SELECT ${[...written, ...Object.values(more)].join(", ")}
    FROM unnest(${kinds.map(({ type }, i) => `$${i + 1}::${type}[]`).join(", ")}) AS r (${names.join(", ")})`;
}

/** The parameters of `insertOf` for some rows as SQLite has them, integers as bigints. */
export function parametersOf({ columns }: Table, rows: readonly (readonly unknown[])[]): unknown[][] {
  return Object.values(columns).map((name, i) => {
    const { read }: Kind = KINDS[name];
    return rows.map((row) => (row[i] === null || read === undefined ? row[i] : read(row[i] as never)));
  });
}
