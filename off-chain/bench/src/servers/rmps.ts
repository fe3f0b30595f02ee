/** Our receiver behind an adapter: paywall and ledger over a store that is durable before anything is answered. */
import type { AddressInfo } from "node:net";
import { createPaywall, fastifyPaywall } from "@rmps/receiver";
import { join } from "node:path";
import { dataDirectory, ledgerOver, open, seed } from "../ours/receiver.ts";
import { settings } from "../process/child.ts";
import { CHALLENGE_PERIOD, CONNECTIONS, CONTENT, PATH, PRICE } from "../world.ts";
import type { Framework } from "./bare.ts";
import { counter, ready } from "./report.ts";

/** How one of our servers is started. */
export interface RmpsSettings {
  readonly framework: Framework;
  /** `sqlite`, or the URL of a PostgreSQL that knows the channels already. */
  readonly store: string;
}

const { framework, store: where } = settings<RmpsSettings>();

const store = await open(where === "sqlite" ? join(dataDirectory(), "receiver.sqlite") : where);
if (where === "sqlite") await seed(store, CONNECTIONS);
const paywall = createPaywall({
  ledger: ledgerOver(store),
  challengePeriod: CHALLENGE_PERIOD,
  challengeKey: store.challengeKey,
});
const price = PRICE;

switch (framework) {
  case "fastify": {
    const { default: fastify } = await import("fastify");
    const app = fastify();
    await app.register(fastifyPaywall, { paywall });
    app.get(PATH, { config: { sale: { price } } }, (_request, reply) => {
      counter.served++;
      return reply.type("text/plain").send(CONTENT);
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    ready((app.server.address() as AddressInfo).port);
    break;
  }
  case "node":
  case "hono":
  case "express":
    throw new Error(`no adapter for ${framework}`);
}
