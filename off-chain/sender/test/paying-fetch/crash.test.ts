import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { patientStore } from "../../src/book/file-store.ts";
import { fileStore, SenderError } from "../../src/index.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

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

  function start(urls: string[], rpc = world.chain.url): { child: ChildProcess; done: Promise<string> } {
    const { chain } = world;
    const child = spawn(process.execPath, ["--import=tsx", CHILD, path, chain.key(2), rpc, ...urls]);
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

  /** A node before the chain that tells of calls of a method before it passes them on. */
  async function nodeThatTells(method: string, tell: () => void): Promise<{ url: string; stop: () => void }> {
    const server = createServer((request, response) => {
      void (async () => {
        const body = (await request.toArray()).join("");
        if (body.includes(`"${method}"`)) tell();
        const answer = await fetch(world.chain.url, { method: "POST", body });
        response.setHeader("content-type", "application/json").end(await answer.text());
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stop = () => (server.closeAllConnections(), server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
  }

  it("opens no second channel while a process is suspended that was about to sign its deposit", async () => {
    const seller = await world.seller();
    let reached: () => void;
    const aboutToSign = new Promise<void>((resolve) => (reached = resolve));
    const node = await nodeThatTells("eth_estimateGas", () => {
      child.kill("SIGSTOP");
      reached();
    });
    const { child, done } = start([`${seller.url}/a`], node.url);
    try {
      await aboutToSign;
      for (const name of await readdir(folder, { recursive: true })) await utimes(join(folder, name), 0, 0);
      const once = { retries: 1, factor: 1, minTimeout: 1, maxTimeout: 1 };
      const impatient = world.sender({ store: patientStore(path, { short: once, long: once }) });
      expect((await rejection(impatient.pay(`${seller.url}/b`), SenderError)).code).to.equal("state");
      expect(seller.books.size, "nothing was opened").to.equal(0);
      const patient = world.sender({ store: fileStore(path) }).pay(`${seller.url}/b`, { method: "POST" });
      child.kill("SIGCONT");
      expect([(await patient).status, (await done).trim()]).to.deep.equal([200, "200"]);
      expect(new Set(seller.only().offered).size).to.equal(2);
      const opened = await world.chain.manager.queryFilter(world.chain.manager.filters.ChannelOpened());
      const ours = opened.filter(({ args }) => args.receiver.toLowerCase() === seller.offer.receiver);
      expect(ours).to.have.length(1);
    } finally {
      child.kill("SIGKILL");
      node.stop();
    }
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
