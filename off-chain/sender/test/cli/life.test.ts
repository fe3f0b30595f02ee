import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { join } from "node:path";

import { keyOf } from "../../src/book/record.ts";
import { fileStore, type ChannelRecord } from "../../src/index.ts";
import { useCliWorld } from "../support/cli-world.ts";
import { makeRecord, TERMS } from "../support/record.ts";
import { PRICE } from "../support/seller.ts";

interface Row {
  channel: string;
  status: string;
  deposit: string;
  spent?: string;
  balance?: string;
  settled: string;
  origin?: string;
}

describe("rmps open, topup, channels, close and finalize", () => {
  const world = useCliWorld();
  const rows = async () => world.json(await world.run("channels")) as Row[];
  const MIC = (tokens: number) => (BigInt(tokens * 100) * 10n ** 16n).toString();

  it("opens on the terms that a URL offers, tops up, pays with it, and shows where the money is", async () => {
    const seller = await world.seller();
    const opened = await world.run("open", `${seller.url}/a`, "--deposit", "0.02");
    expect(opened.code, opened.stderr).to.equal(0);
    const { channel } = world.json(opened) as Row;
    const topped = await world.run("topup", channel.slice(0, 12), "0.03");
    expect(world.json(topped)).to.include({ channel, deposit: MIC(0.05) });
    await world.run("get", `${seller.url}/a`);
    expect((await rows()).find((row) => row.channel === channel)).to.include({
      status: "open",
      deposit: MIC(0.05),
      spent: PRICE.toString(),
      balance: PRICE.toString(),
      settled: "0",
      origin: seller.url,
    });
    const closed = await world.run("close", channel);
    expect((world.json(closed) as Row[])[0]).to.include({ kind: "closed", by: "agreement", settled: PRICE.toString() });
    expect((await rows()).find((row) => row.channel === channel)).to.include({ status: "closed" });
    expect((await world.run("topup", channel, "1")).code, "never again").to.equal(4);
  });

  it("opens on terms that are named", async () => {
    const { receiver } = (await world.seller()).offer;
    const named = await world.run("open", "--receiver", receiver, "--deposit", "1", "--challenge-period", "900");
    expect(named.code, named.stderr).to.equal(0);
    for (const [args, code] of [
      [["--receiver", receiver, "--deposit", "0"], 2],
      [["--receiver", "0x12", "--deposit", "1"], 2],
      [["--receiver", receiver, "--deposit", "1", "--challenge-period", "899"], 2],
      [["--deposit", "1"], 2],
      [["shop.example/a", "--deposit", "1"], 2],
    ] as const) {
      const run = await world.run("open", ...args);
      expect(run.code, run.stderr).to.equal(code);
    }
  });

  it("shows what the state knows of and the chain has forgotten, and says so", async () => {
    const { receiver } = (await world.seller()).offer;
    const node = new JsonRpcProvider(world.chain.url);
    const before: unknown = await node.send("evm_snapshot", []);
    const opened = await world.run("open", "--receiver", receiver, "--deposit", "1");
    expect((await world.run("channels")).stderr).to.equal("");
    await node.send("evm_revert", [before]);
    node.destroy();
    const run = await world.run("channels");
    const { channel } = world.json(opened) as Row;
    expect((world.json(run) as Row[]).find((row) => row.channel === channel)).to.include({ status: "missing" });
    expect(run.stderr).to.contain("unknown to this chain").and.to.contain("rmps forget");
  });

  it("finds and closes what the chain knows of after the state was lost", async () => {
    const seller = await world.seller();
    await world.run("get", `${seller.url}/a`);
    const [known] = (await rows()).filter(({ origin }) => origin === seller.url);
    const lost = (...args: string[]) => world.runWith({ RMPS_STATE: `${world.home}/lost` }, ...args, "--account", "2");
    const listed = world.json(await lost("channels")) as Row[];
    const row = listed.find(({ channel }) => channel === known!.channel)!;
    expect(row).to.include({ status: "open", deposit: MIC(0.1) });
    expect(row).to.not.have.property("spent");
    await seller.stop();
    const closing = await lost("close", known!.channel);
    expect((world.json(closing) as Row[])[0], "nothing is known to be spent").to.include({
      kind: "closing",
      settled: "0",
    });
  });

  it("closes all, by the challenge period where the receiver is gone, and finalizes when due", async () => {
    const { chain } = world;
    const seller = await world.seller();
    const before = await chain.balance(chain.address(5));
    const run = (...args: string[]) => world.runWith({}, ...args, "--account", "5");
    await run("get", `${seller.url}/a`);
    await seller.stop();
    expect((await run("close")).code, "which?").to.equal(2);
    const closing = await run("close", "--all");
    expect((world.json(closing) as Row[])[0]).to.include({ kind: "closing", settled: PRICE.toString() });
    const early = await run("finalize");
    expect([world.json(early), early.stderr]).to.satisfy(
      ([done, note]: [unknown[], string]) => done.length === 0 && /is due at \d{4}-/.test(note),
    );
    await chain.pass(3600);
    const done = await run("finalize");
    expect((world.json(done) as Row[])[0]).to.include({ kind: "closed", settled: PRICE.toString() });
    expect(await chain.balance(chain.address(5))).to.equal(before - PRICE);
    expect(world.json(await run("close", "--all"))).to.deep.equal([]);
  });

  it("finalizes what is due on this chain, whatever is closing on another one", async () => {
    const seller = await world.seller();
    await world.run("get", `${seller.url}/a`);
    await seller.stop();
    const [known] = (await rows()).filter(({ origin }) => origin === seller.url);
    await world.run("close", known!.channel);
    const store = fileStore(join(world.home, "book.json"));
    await store.update(({ channels }) => {
      const all = [...channels];
      channels.clear(); // the other one comes first
      const terms = { ...TERMS, sender: world.chain.address(2) };
      const foreign: ChannelRecord = { ...makeRecord(), chainId: 5n, terms, status: "closing" };
      for (const [key, record] of [[keyOf(foreign), foreign] as const, ...all]) channels.set(key, record);
    });
    await world.chain.pass(3600);
    const done = await world.run("finalize");
    expect(done.code, done.stderr).to.equal(0);
    expect((world.json(done) as Row[]).map(({ channel }) => channel)).to.deep.equal([known!.channel]);
  });

  it("finalizes once more what a re-org opened again", async () => {
    const node = new JsonRpcProvider(world.chain.url);
    const seller = await world.seller();
    await world.run("get", `${seller.url}/a`);
    await seller.stop();
    const [known] = (await rows()).filter(({ origin }) => origin === seller.url);
    await world.run("close", known!.channel);
    await world.chain.pass(3600);
    const before: unknown = await node.send("evm_snapshot", []);
    expect(world.json(await world.run("finalize"))).to.have.length(1);
    await node.send("evm_revert", [before]);
    node.destroy();
    const again = world.json(await world.run("finalize")) as Row[];
    expect(again.map(({ channel }) => channel)).to.deep.equal([known!.channel]);
    expect(world.json(await world.run("finalize"))).to.deep.equal([]);
  });

  it("closes a channel whose session key is gone, if it is named", async () => {
    const seller = await world.seller();
    const { pay, channel } = world.sender({ sessionKey: world.chain.key(7) });
    await pay(`${seller.url}/a`);
    const { id } = await channel();
    expect((await world.run("topup", id, "1")).code, "which would be lost time").to.equal(4);
    const closing = await world.run("close", id.slice(0, 12));
    expect(closing.code, closing.stderr).to.equal(0);
    expect((world.json(closing) as Row[])[0]).to.include({ channel: id, kind: "closing", settled: "0" });
  });

  it("knows no channel by a wrong or an ambiguous name", async () => {
    for (const name of ["0xffffffffff", "0x"]) expect((await world.run("close", name)).code).to.equal(4);
  });
});
