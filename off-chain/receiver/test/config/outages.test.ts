import { expect } from "chai";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, TestChain } from "../support/chain.ts";
import { FaultyNode } from "../support/faulty-node.ts";
import { start, Stores } from "../support/receiver.ts";
import { SPONSOR } from "../support/sponsor.ts";

describe("outages", () => {
  const stores = new Stores();
  let chain: TestChain;
  let node: FaultyNode;
  let receiver: RunningReceiver;
  /** Seconds for which the receiver's clock was moved; by itself it stands. */
  let later = 0;

  beforeEach(async () => {
    later = 0;
    const begun = Date.now();
    chain = await TestChain.start();
    node = await FaultyNode.before(chain.url);
    const now = () => begun + later * 1000;
    receiver = await start(chain, stores.path(), { rpc: node.url, now, sponsor: SPONSOR });
  });
  afterEach(async () => {
    await receiver.close();
    await node.stop();
    await chain.stop();
    stores.remove();
  });

  const alarms = async () => ((await (await fetch(`${receiver.url}/health`)).json()) as { alarms: string[] }).alarms;

  it("of the chain ring when no node has answered for half a minute, by the receiver's own clock", async () => {
    node.fault = () => "reset";
    await eventually(() => receiver.engine.watcher.failingSince !== undefined);
    later = 29;
    expect(await alarms()).to.deep.equal([]);
    later = 31;
    expect(await alarms()).to.include("rpc");
    node.fault = undefined;
    await eventually(async () => !(await alarms()).includes("rpc"));
  });

  it("of a node that never answers keep nobody from stopping", async () => {
    await receiver.close();
    receiver = await start(chain, stores.path(), { rpc: node.url, rpcTimeoutMs: 3_600_000 });
    const asked = new Promise<void>((resolve) => {
      node.fault = () => (resolve(), "silence");
    });
    await asked;
    await receiver.close();
  });

  it("of the store are among the metrics, which do not fail with it", async () => {
    const { url, store } = receiver;
    await store.close();
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).to.equal(200);
    const text = await answer.text();
    expect(text).to.contain('rmps_alarm{alarm="store"} 1');
    expect(text, "what it cannot say, it does not say").to.not.contain('rmps_channels{status="open"}');
    expect(text).to.contain("rmps_sponsor_budget_wei").and.not.contain('kind="used"');
  });
});
