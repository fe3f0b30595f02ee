import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { start, type Child } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import type { ChainReady } from "../sync/chain.ts";
import type { ClientName } from "./clients.ts";
import type { Seen, SenderResult } from "./process.ts";

/** Key of Hardhat's well-known account #3, which the embedded chain gives 1,000 tokens. */
const PAYER = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";

const NAMES: Readonly<Record<ClientName, string>> = {
  ours: "RMPS sender, RMPS receiver (SQLite)",
  x402: "stock x402 client, x402 server (memory)",
  mppx: "stock mppx client, mppx server (memory)",
};

/** Paying clients, each against its own server: one channel, a hundred requests at once, and one by one. */
export async function senderPart({ quick }: Options): Promise<Finding> {
  const chain = start("sync/chain.ts", { channels: 0 }, CORES.load);
  const results: [ClientName, SenderResult][] = [];
  try {
    const ready = { ...(await chain.next<ChainReady>("ready")), payer: PAYER };
    const servers: Record<ClientName, () => Child> = {
      ours: () => start("sender/shop.ts", ready, CORES.server),
      x402: () => start("servers/x402.ts", { framework: "hono" }, CORES.server),
      mppx: () => start("servers/mppx.ts", {}, CORES.server),
    };
    for (const client of ["ours", "x402", "mppx"] as const) {
      const server = servers[client]();
      try {
        const { port } = await server.next<{ port: number }>("ready");
        const waves = client === "ours" ? (quick ? 10 : 50) : quick ? 1 : 5;
        const child = start("sender/process.ts", { client, port, chain: ready, waves }, CORES.load);
        results.push([client, await child.next<SenderResult>("result")]);
        await child.stop();
      } finally {
        await server.stop();
      }
    }
  } finally {
    await chain.stop();
  }
  return findingOf(results);
}

function findingOf(results: readonly (readonly [ClientName, SenderResult])[]): Finding {
  const row = (name: string, { requests, served, roundTrips, milliseconds, cpu }: Seen): (string | number)[] => [
    name,
    `${served} of ${requests}`,
    (served / milliseconds) * 1000,
    roundTrips / served,
    cpu / served,
  ];
  const head = ["", "served", "served/s", "round trips for each served", "client CPU µs each"];
  return {
    tables: [
      {
        title: "A hundred requests at once, on one channel",
        head,
        rows: results.map(([client, { parallel }]) => row(NAMES[client], parallel)),
        notes: [
          "x402 keeps a channel for one request at a time: its server refuses most of what its own client sends at once.",
        ],
      },
      {
        title: "One request after the other, on one channel",
        head,
        rows: results.map(([client, { sequential }]) => row(NAMES[client], sequential)),
      },
    ],
    targets: [],
  };
}
