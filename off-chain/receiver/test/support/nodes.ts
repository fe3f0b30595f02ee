import type { ReceiverOptions } from "../../src/config/options.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { startPostgres } from "../store/postgres.ts";
import { TestChain } from "./chain.ts";
import { start } from "./receiver.ts";

/** Two receivers that share a store. */
export interface Nodes {
  readonly chain: TestChain;
  readonly nodes: readonly RunningReceiver[];
  /** Watches and settles. */
  readonly leader: RunningReceiver;
  readonly follower: RunningReceiver;
}

/** Two receivers with the same options on one PostgreSQL, for all tests of a `describe`, in which it is to be called. */
export function useNodes(over: Partial<ReceiverOptions>): Nodes {
  let chain: TestChain;
  let database: Awaited<ReturnType<typeof startPostgres>>;
  const nodes: RunningReceiver[] = [];

  before(async () => {
    chain = await TestChain.start();
    database = await startPostgres();
    await database.place();
    for (let node = 0; node < 2; node++) nodes.push(await start(chain, database.url, over));
  });
  after(async () => {
    for (const node of nodes) await node.close();
    await database.stop();
    await chain.stop();
  });

  const thatLeads = (leads: boolean) => nodes.find(({ engine }) => engine.watcher.leading === leads)!;
  return {
    nodes,
    get chain() {
      return chain;
    },
    get leader() {
      return thatLeads(true);
    },
    get follower() {
      return thatLeads(false);
    },
  };
}
