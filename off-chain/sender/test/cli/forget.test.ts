import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { useCliWorld } from "../support/cli-world.ts";
import type { Run } from "../support/command.ts";

interface Row {
  channel: string;
  status: string;
}

describe("rmps forget", () => {
  const world = useCliWorld();
  let node: JsonRpcProvider;

  before(() => {
    node = new JsonRpcProvider(world.chain.url);
  });
  after(() => node.destroy());

  const ids = (run: Run) => (world.json(run) as Row[]).map(({ channel }) => channel);
  const listed = async () => ids(await world.run("channels"));

  async function open(): Promise<string> {
    const run = await world.run("open", "--receiver", world.chain.address(9), "--deposit", "1");
    expect(run.code, run.stderr).to.equal(0);
    return (world.json(run) as Row).channel;
  }

  it("drops what the chain has forgotten, and nothing that it knows", async () => {
    const kept = await open();
    const before: unknown = await node.send("evm_snapshot", []);
    const gone = await open();
    expect(ids(await world.run("forget")), "known").to.deep.equal([]);
    await node.send("evm_revert", [before]);
    expect(await listed()).to.include.members([kept, gone]);
    const forgotten = await world.run("forget");
    expect(forgotten.code, forgotten.stderr).to.equal(0);
    expect(ids(forgotten)).to.deep.equal([gone]);
    expect(await listed())
      .to.include(kept)
      .and.not.include(gone);
    expect((await world.run("channels")).stderr).to.equal("");
  });

  it("drops nothing of other accounts", async () => {
    const before: unknown = await node.send("evm_snapshot", []);
    const gone = await open();
    await node.send("evm_revert", [before]);
    expect(ids(await world.runWith({}, "forget", "--account", "3"))).to.deep.equal([]);
    expect(ids(await world.run("forget"))).to.deep.equal([gone]);
  });

  it("drops nothing where no chain answers, nor on any chain but 31337, which only ever grows", async () => {
    const before: unknown = await node.send("evm_snapshot", []);
    const gone = await open();
    await node.send("evm_revert", [before]);
    const key = { RMPS_KEY: world.chain.key(2) };
    const silent = await world.runWith({ ...key, RMPS_RPC: "http://127.0.0.1:9" }, "forget");
    expect(silent.code, silent.stderr).to.equal(6);

    const other = await anotherChain();
    const { port } = other.address() as AddressInfo;
    const elsewhere = await world.runWith({ ...key, RMPS_RPC: `http://127.0.0.1:${port}` }, "forget");
    await new Promise((resolve) => other.close(resolve));
    expect(elsewhere.code, elsewhere.stderr).to.equal(2);
    expect(elsewhere.stderr).to.contain("chain 31337 alone, and this is chain 1").and.to.contain("Check --rpc");
    expect(await listed()).to.include(gone);
  });

  it("drops what was with a manager that is not on the chain any more", async () => {
    const gone = await open();
    await node.send("hardhat_setCode", [world.chain.contract, "0x"]);
    const forgotten = await world.run("forget");
    expect(forgotten.code, forgotten.stderr).to.equal(0);
    expect(ids(forgotten)).to.deep.equal([gone]);
  });
});

/** A node of chain 1. */
async function anotherChain(): Promise<Server> {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const answer = (call: { id: number }) => ({ jsonrpc: "2.0", id: call.id, result: "0x1" });
      const calls = JSON.parse(text) as { id: number } | { id: number }[];
      response.setHeader("connection", "close");
      response.end(JSON.stringify(Array.isArray(calls) ? calls.map(answer) : answer(calls)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
