import type { Logger } from "pino";
import type { Alarms } from "./alarms.ts";
import { Heartbeat } from "./chain/heartbeat.ts";
import type { Watcher } from "./chain/watcher/watcher.ts";
import { StoreUnavailable } from "./store/error.ts";
import type { Store } from "./store/store.ts";

/** After so many milliseconds without the chain the alarm rings. */
const RPC_SILENCE = 30_000;

/** Between two looks, in milliseconds: alarms ring in the log though nobody asks for health or metrics. */
const EVERY = 10_000;

/** What may be out of reach, and where that is told. */
interface Watched {
  readonly store: Pick<Store, "healthy">;
  readonly watcher: Pick<Watcher, "failingSince">;
  readonly alarms: Alarms;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Rings where the store or all nodes are out of reach. @returns whether the store answers. */
export async function lookForOutages(watched: Watched): Promise<boolean> {
  const { store, watcher, alarms, now } = watched;
  const { failingSince } = watcher;
  const silent = failingSince !== undefined && now() - failingSince > RPC_SILENCE;
  alarms.set("rpc", silent, "No node has answered as it should for half a minute.");
  const healthy = await store.healthy();
  alarms.set("store", !healthy, "The store does not answer.");
  return healthy;
}

/** What is read from a store; undefined while it fails, which has an alarm of its own. */
export async function unlessStoreFails<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

/** Looks for outages from now on. @returns how to stop it. */
export function watchOutages(watched: Watched, log: Logger): () => Promise<void> {
  const look = () => lookForOutages(watched).then(() => undefined);
  const failed = (error: unknown) => log.warn({ err: error }, "cannot look for outages");
  const beat = new Heartbeat(look, EVERY, failed, watched.now);
  beat.start();
  return () => beat.stop();
}
