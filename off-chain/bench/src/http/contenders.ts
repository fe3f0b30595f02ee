import type { Contender } from "../load/session.ts";
import type { Postgres } from "../ours/postgres.ts";
import type { Framework } from "../servers/bare.ts";

/** A contender of the HTTP part, with the framework that its cost is measured above. */
export interface Entry extends Contender {
  readonly framework: Framework;
  /** Whether the short form runs it too. */
  readonly quick: boolean;
}

const FRAMEWORKS: readonly Framework[] = ["node", "fastify", "hono", "express"];

const bare = FRAMEWORKS.map((framework): Entry => ({
  name: `bare ${framework}`,
  module: "servers/bare.ts",
  settings: { framework },
  vouchers: "none",
  guess: 15_000,
  framework,
  quick: false,
}));

/** On every framework but the one of the variants below. */
const ours = FRAMEWORKS.filter((framework) => framework !== "fastify").map((framework): Entry => ({
  name: `RMPS ${framework}, RDN, SQLite`,
  module: "servers/rmps.ts",
  settings: { framework, store: "sqlite" },
  vouchers: "ours/rdn",
  guess: 4_000,
  framework,
  quick: framework === "node",
}));

const x402 = (["hono", "express"] as const).map((framework): Entry => ({
  name: `x402 ${framework}, memory`,
  module: "servers/x402.ts",
  settings: { framework },
  vouchers: "x402",
  guess: 300,
  framework,
  quick: framework === "hono",
}));

const mppx: Entry = {
  name: "mppx hono, memory",
  module: "servers/mppx.ts",
  settings: {},
  vouchers: "mppx",
  guess: 120,
  framework: "hono",
  quick: true,
};

/** Our dialects, as they are called in the tables. */
const DIALECTS = { rdn: "RDN", payment: "Payment", x402: "x402" } as const;

/** Each dialect on each store, on the reference server's framework. */
function variants(postgres: Postgres): readonly Entry[] {
  return (["SQLite", "PostgreSQL"] as const).flatMap((store) =>
    (["rdn", "payment", "x402"] as const).map((dialect): Entry => ({
      name: `RMPS fastify, ${DIALECTS[dialect]}, ${store}`,
      module: "servers/rmps.ts",
      settings: {},
      prepare: async () => ({
        framework: "fastify",
        store: store === "SQLite" ? "sqlite" : await postgres.database(),
      }),
      vouchers: `ours/${dialect}`,
      guess: store === "SQLite" ? 4_000 : 1_500,
      framework: "fastify",
      quick: store === "PostgreSQL" && dialect === "rdn",
    })),
  );
}

/** What of a payment no receiver can leave out: not sold to anybody, so that it runs beside ours only. */
const floor: Entry = {
  name: "floor: HTTP, recovery, commit",
  module: "servers/floor.ts",
  settings: {},
  vouchers: "ours/rdn",
  guess: 6_000,
  framework: "node",
  quick: false,
};

/**
 * A bare framework, ours on SQLite and another framework than the variants', or the floor.
 * @throws Error where there is none.
 */
export function byName(name: string): Entry {
  const entry = [...bare, ...ours, floor].find((each) => each.name === name);
  if (entry === undefined) throw new Error(`There is no contender ${name}.`);
  return entry;
}

/** Everything that is run under the same load. */
export const entries = (postgres: Postgres): readonly Entry[] => [
  ...bare,
  ...ours,
  ...variants(postgres),
  ...x402,
  mppx,
];
