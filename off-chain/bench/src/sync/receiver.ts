/** A receiver with an empty store that reads everything the chain has. */
import { join } from "node:path";
import { startReceiver } from "@rmps/receiver";
import { dataDirectory } from "../ours/receiver.ts";
import { say, settings } from "../process/child.ts";
import { CHALLENGE_PERIOD } from "../world.ts";
import type { ChainReady } from "./chain.ts";

/** What it says when it is ready. */
export interface Synced {
  /** From the call that starts it until it listens, with every channel in its store, ms. */
  readonly milliseconds: number;
  readonly channels: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

const { rpc, contract, token, receiver } = settings<ChainReady>();
const began = performance.now();
const running = await startReceiver({
  rpc,
  contract,
  token,
  receiver,
  store: join(dataDirectory(), "synced.sqlite"),
  port: 0,
  log: "silent",
  challengePeriod: { min: CHALLENGE_PERIOD, max: CHALLENGE_PERIOD },
});
const milliseconds = performance.now() - began;
const { open } = await running.store.totals();
say({ kind: "synced", milliseconds, channels: open, rss: process.memoryUsage.rss() });
await running.close();
process.disconnect?.();
