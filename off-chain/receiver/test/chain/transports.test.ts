import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, TestChain, UNIT } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";

const require = createRequire(import.meta.url);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A second, independent implementation of the chain. */
class Anvil {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(): Promise<Anvil> {
    const port = await freePort();
    const folder = dirname(require.resolve("@foundry-rs/anvil-linux-amd64/package.json"));
    const child = spawn(join(folder, "bin", "anvil"), ["--port", String(port), "--silent"], { stdio: "ignore" });
    const anvil = new Anvil(`http://127.0.0.1:${port}`, child);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const headers = { "content-type": "application/json" };
    await eventually(() =>
      fetch(anvil.url, { method: "POST", headers, body }).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return anvil;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.on("close", () => resolve());
      this.#child.kill("SIGKILL");
    });
  }
}

function hasAnvil(): boolean {
  try {
    require.resolve("@foundry-rs/anvil-linux-amd64/package.json");
    return true;
  } catch {
    return false; // its binaries are packages by platform
  }
}

async function wholeStory(chain: TestChain, receiver: RunningReceiver): Promise<void> {
  const channel = await chain.open(2);
  expect((await pay(receiver, channel, 60n, 60n)).kind).to.equal("paid");
  await chain.deposit(channel.terms, UNIT);
  await eventually(async () => (await receiver.store.channel(channel.id))?.confirmedDeposit === 2n * UNIT);
  const before = await chain.earned();
  await chain.requestClose(channel, 0n);
  await eventually(async () => (await chain.earned()) - before === 60n);
  const snapshot = await chain.snapshot();
  const other = await chain.open(3);
  await eventually(async () => (await receiver.store.channel(other.id))?.deposit === UNIT);
  await chain.revert(snapshot);
  await chain.mine(3);
  await eventually(async () => (await receiver.store.channel(other.id))?.deposit === 0n);
}

describe("ways to a chain", () => {
  const stores = new Stores();
  after(() => stores.remove());

  it("follows Hardhat over WebSocket, by announcements: polling would be too slow", async () => {
    const chain = await TestChain.start();
    const receiver = await start(chain, stores.path(), { rpc: chain.url.replace("http", "ws"), pollMs: 3_600_000 });
    try {
      await wholeStory(chain, receiver);
    } finally {
      await receiver.close();
      await chain.stop();
    }
  });

  it("connects again when the WebSocket is lost", async () => {
    const chain = await TestChain.start();
    const receiver = await start(chain, stores.path(), { rpc: chain.url.replace("http", "ws") });
    try {
      const snapshot = await chain.snapshot();
      expect(snapshot).to.be.a("string");
      const [endpoint] = receiver.engine.rpc.endpoints;
      endpoint!.interrupt?.();
      await wholeStory(chain, receiver);
    } finally {
      await receiver.close();
      await chain.stop();
    }
  });

  for (const scheme of ["http", "ws"]) {
    it(`follows anvil over ${scheme}`, async function () {
      if (!hasAnvil()) return this.skip();
      const anvil = await Anvil.start();
      const chain = await TestChain.start({ url: anvil.url });
      const receiver = await start(chain, stores.path(), { rpc: anvil.url.replace("http", scheme) });
      try {
        await wholeStory(chain, receiver);
      } finally {
        await receiver.close();
        await chain.stop();
        await anvil.stop();
      }
    });
  }
});
