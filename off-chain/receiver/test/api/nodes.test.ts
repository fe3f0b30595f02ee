import { expect } from "chai";
import type { RunningReceiver } from "../../src/receiver.ts";
import { startPostgres } from "../store/postgres.ts";
import { eventually, TestChain } from "../support/chain.ts";
import { pay, start } from "../support/receiver.ts";
import { expectDescribed } from "./openapi-check.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

describe("the operator of two receivers on one PostgreSQL", function () {
  this.timeout(120_000);
  let chain: TestChain;
  let database: Awaited<ReturnType<typeof startPostgres>>;
  let nodes: RunningReceiver[];

  before(async () => {
    chain = await TestChain.start();
    database = await startPostgres();
    await database.place();
    nodes = [];
    for (let node = 0; node < 2; node++) nodes.push(await start(chain, database.url, { apiToken: TOKEN }));
  });
  after(async () => {
    for (const node of nodes) await node.close();
    await database.stop();
    await chain.stop();
  });

  async function order({ url }: RunningReceiver, path: string) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await fetch(`${url}/api/1${path}`, { method: "POST", headers });
    const json = (await response.json()) as { code?: string };
    expectDescribed("POST", path, response, json);
    return { status: response.status, code: json.code };
  }

  it("is told that the other node sends, and is not told that there is nothing to do", async () => {
    const follower = nodes.find(({ engine }) => !engine.watcher.leading)!;
    const leader = nodes.find((node) => node !== follower)!;
    const channel = await chain.open(2);
    await eventually(async () => (await pay(follower, channel, 60n, 60n)).kind === "paid");
    const at = `/channels/${channel.terms.sender}/${channel.id}`;
    for (const what of ["settle", "close"]) {
      expect(await order(follower, `${at}/${what}`), what).to.deep.equal({ status: 503, code: "not-leading" });
    }
    expect(await follower.store.channel(channel.id), "nothing was begun").to.include({ agreement: undefined });
    expect(await order(leader, `${at}/settle`)).to.include({ status: 202 });
    expect(await order(leader, `${at}/close`)).to.include({ status: 202 });
  });
});
