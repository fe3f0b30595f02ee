import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fileStore } from "../../src/index.ts";
import { PRICE } from "../support/seller.ts";
import { useWorld } from "../support/world.ts";

const CHILD = join(import.meta.dirname, "../support/pay-child.ts");

describe("createPayingFetch in several processes with one state file", () => {
  const world = useWorld();
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rmps-crash-"));
    path = join(folder, "book.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  function start(urls: string[]): { child: ChildProcess; done: Promise<string> } {
    const { chain } = world;
    const child = spawn(process.execPath, ["--import=tsx", CHILD, path, chain.key(2), chain.url, ...urls]);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    return { child, done: new Promise((resolve) => child.on("close", () => resolve(output))) };
  }

  it("counts as spent what a process had signed when it was killed, and never signs it again", async () => {
    let arrived: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const seller = await world.seller({
      onCharged: () => {
        arrived();
        return true; // charged, and no answer
      },
    });
    const { child, done } = start([`${seller.url}/a`]);
    await arrival;
    child.kill("SIGKILL");
    await done;
    expect(seller.only().offered).to.deep.equal([PRICE]);

    seller.options = {};
    const { pay, spent } = world.sender({ store: fileStore(path) });
    expect((await pay(`${seller.url}/b`, { method: "POST" })).status).to.equal(200);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
    expect(await spent()).to.equal(2n * PRICE);
    expect((await pay.close())[0]).to.include({ kind: "closed", by: "agreement", settled: 2n * PRICE });
  });

  it("shares channel and opening between two processes, and no balance is used twice", async () => {
    const seller = await world.seller();
    const urls = Array.from({ length: 10 }, (_, i) => `${seller.url}/${i}`);
    const outputs = await Promise.all([start(urls).done, start(urls).done]);
    expect(outputs.map((output) => output.trim().split("\n"))).to.deep.equal(outputs.map(() => urls.map(() => "200")));
    const books = seller.only(); // one channel
    expect(new Set(books.offered).size).to.equal(20);
    expect(books.spent).to.equal(20n * PRICE);
    expect(await world.sender({ store: fileStore(path) }).spent()).to.equal(20n * PRICE);
  });
});
