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
  quick: framework === "node",
}));

const ours = FRAMEWORKS.map((framework): Entry => ({
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

/** Our dialects, and our other store, on the reference server's framework. */
function variants(postgres: Postgres): readonly Entry[] {
  const dialect = (name: "payment" | "x402"): Entry => ({
    name: `RMPS fastify, ${name}, SQLite`,
    module: "servers/rmps.ts",
    settings: { framework: "fastify", store: "sqlite" },
    vouchers: `ours/${name}`,
    guess: 4_000,
    framework: "fastify",
    quick: false,
  });
  const stored: Entry = {
    name: "RMPS fastify, RDN, PostgreSQL",
    module: "servers/rmps.ts",
    settings: {},
    prepare: async () => ({ framework: "fastify", store: await postgres.database() }),
    vouchers: "ours/rdn",
    guess: 1_500,
    framework: "fastify",
    quick: true,
  };
  return [dialect("payment"), dialect("x402"), stored];
}

/** Everything that is run under the same load. */
export const entries = (postgres: Postgres): readonly Entry[] => [
  ...bare,
  ...ours,
  ...variants(postgres),
  ...x402,
  mppx,
];
