import { expect } from "chai";
import { pino } from "pino";
import { createRpc } from "../../src/chain/rpc/rpc.ts";
import { Watcher } from "../../src/chain/watcher/watcher.ts";
import type { Store } from "../../src/store/store.ts";
import { RECEIVER, TestChain, UNIT } from "../support/chain.ts";
import { sqlite, type Place } from "../store/stores.ts";

/** Two watchers of one store; who leads is said by hand. */
describe("a node that takes over the watch again", () => {
  let chain: TestChain;
  let place: Place;
  let store: Store;
  let leader: Watcher;
  let lines: string[];

  beforeEach(async () => {
    chain = await TestChain.start();
    place = await sqlite.place();
    store = await place.open();
    lines = [];
  });
  afterEach(async () => {
    await place.remove();
    await chain.stop();
  });

  function watcher(): Watcher {
    const made: Watcher = new Watcher({
      rpc: createRpc([chain.url, chain.url]),
      store: { chain: store.chain, cached: (id) => store.cached(id), lead: () => Promise.resolve(leader === made) },
      subject: { contract: chain.manager.contract, receiver: RECEIVER.address },
      deploymentBlock: 1,
      confirmations: 2,
      development: false,
      pollMs: 3_600_000,
      log: pino({ level: "warn" }, { write: (line) => void lines.push(line) }),
    });
    return made;
  }

  it("goes on from what the other one read and checked, and takes nothing back", async () => {
    const [one, other] = [watcher(), watcher()];
    leader = one;
    await one.round();
    leader = other;
    await one.round();
    const channel = await chain.open(2);
    await chain.mine(2);
    await other.round();
    expect(await store.channel(channel.id)).to.include({ confirmedDeposit: UNIT });

    leader = one;
    const { confirmed } = (await store.chain.head())!;
    await chain.mine(1);
    const rewinds: number[] = [];
    const rewind = store.chain.rewind.bind(store.chain);
    store.chain.rewind = (block) => {
      rewinds.push(block);
      return rewind(block);
    };
    await one.round();
    expect(
      rewinds.filter((block) => block < confirmed),
      "what is confirmed",
    ).to.deep.equal([]);
    expect(lines, "no node is accused").to.deep.equal([]);
    expect(await store.channel(channel.id)).to.include({ confirmedDeposit: UNIT });
  });
});
