import type { Engine } from "./engine.ts";

/** After so many milliseconds without the chain the alarm rings. */
const RPC_SILENCE = 30_000;

/** Rings where the store or all nodes are out of reach. @returns whether the store answers. */
export async function lookForOutages(engine: Pick<Engine, "store" | "watcher" | "alarms">): Promise<boolean> {
  const { store, watcher, alarms } = engine;
  const { failingSince } = watcher;
  const silent = failingSince !== undefined && Date.now() - failingSince > RPC_SILENCE;
  alarms.set("rpc", silent, "No node has answered as it should for half a minute.");
  const healthy = await store.healthy();
  alarms.set("store", !healthy, "The store does not answer.");
  return healthy;
}
