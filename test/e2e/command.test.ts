import { expect } from "chai";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ChannelManager__factory, MicroToken__factory } from "@rmps/contracts";
import type { Address } from "@rmps/proofs";

import { startLocalChain, type LocalChain } from "../../scripts/lib/local-chain.ts";
import { runProcess, startProcess, type RunningProcess } from "./support/process.ts";
import { account, HOUR, openChannel, payment, type OpenChannel } from "./support/shop.ts";

const PRICE = 10n ** 16n;

describe("rmps-receiver: a process of its own", () => {
  let chain: LocalChain;
  let home: string;
  let channel: OpenChannel;
  const running: RunningProcess[] = [];

  before(async () => {
    chain = await startLocalChain(0);
    home = mkdtempSync(join(tmpdir(), "rmps-command-"));
    writeFileSync(join(home, "text.txt"), "sold\n");
    writeFileSync(join(home, "receiver.key"), account(1).privateKey, { mode: 0o600 });
    configure("config.json");
  });
  after(async () => {
    await Promise.all(running.map((process) => process.stop("SIGKILL")));
    await chain.close();
    rmSync(home, { recursive: true });
  });

  function configure(name: string, changes: Record<string, unknown> = {}): void {
    const config = {
      rpc: chain.url,
      contract: chain.manager,
      token: chain.token,
      keys: { agreement: "receiver.key", gas: "receiver.key" },
      store: "receiver.sqlite",
      port: 0,
      challengePeriod: { offered: HOUR },
      routes: { "/text": { price: "0.01 token", file: "text.txt" } },
      ...changes,
    };
    writeFileSync(join(home, name), JSON.stringify(config));
  }

  const command = (name: string) => ["off-chain/receiver/bin/rmps-receiver.js", "--config", join(home, name)];

  async function start(name = "config.json"): Promise<{ process: RunningProcess; url: string }> {
    const process = startProcess(command(name));
    running.push(process);
    const [url] = await process.printed(/http:\/\/127\.0\.0\.1:(?!8545)\d+(?=[^\d]*"?[,}\s])/);
    return { process, url };
  }

  function open(index: number): Promise<OpenChannel> {
    const where = {
      provider: chain.provider,
      token: MicroToken__factory.connect(chain.token, chain.provider),
      manager: ChannelManager__factory.connect(chain.manager, chain.provider),
      contract: chain.manager,
      receiver: account(1).address.toLowerCase() as Address,
    };
    return openChannel(where, index);
  }

  const buy = (url: string, balance: bigint) => fetch(`${url}/text`, { headers: payment(channel, balance) });

  it("loses nothing to kill -9 between two requests", async () => {
    const first = await start();
    channel = await open(2); // Credit is only known on channels that are younger than the store.
    expect(await (await buy(first.url, PRICE)).text()).to.equal("sold\n");
    expect((await buy(first.url, 5n * PRICE)).status, "with credit left over").to.equal(200);
    await first.process.stop("SIGKILL");

    const second = await start();
    expect((await buy(second.url, PRICE)).status, "an old proof").to.equal(402);
    expect((await buy(second.url, 5n * PRICE)).status, "the last proof").to.equal(402);
    const next = await buy(second.url, 5n * PRICE + 1n);
    expect(next.status, "the credit is still there").to.equal(200);
    expect(next.headers.get("rdn-spent")).to.equal((3n * PRICE).toString());
    expect(await second.process.stop("SIGTERM")).to.equal(0);
  });

  it("refuses a store that another receiver has open", async () => {
    const { process, url } = await start();
    const { code, stdout, stderr } = await runProcess(command("config.json"));
    expect(code).to.equal(1);
    expect(stdout.toString() + stderr).to.match(/another (process|receiver)|in use|locked/i);
    expect((await fetch(`${url}/text`)).status, "the first goes on").to.equal(402);
    await process.stop();
  });

  it("refuses a store of another chain, and one of another contract or receiver", async () => {
    const other = await startLocalChain(0);
    configure("other-chain.json", { rpc: other.url });
    const otherChain = await runProcess(command("other-chain.json"));
    await other.close();
    expect(otherChain.code).to.equal(1);
    expect(otherChain.stdout.toString() + otherChain.stderr).to.contain("another chain");

    configure("other-receiver.json", { receiver: account(9).address, keys: {} });
    const otherReceiver = await runProcess(command("other-receiver.json"));
    expect(otherReceiver.code).to.equal(1);
    expect(otherReceiver.stdout.toString() + otherReceiver.stderr).to.contain("another receiver");
  });

  it("refuses a wrong chain id, a contract without code and a key that others can read", async () => {
    const refusals: [string, Record<string, unknown>, RegExp][] = [
      ["wrong-id.json", { chainId: 1 }, /31337/],
      ["no-code.json", { contract: account(5).address }, /no contract|no code|not a ChannelManager/i],
      ["weak-key.json", { keys: { gas: "weak.key" } }, /chmod|0600/],
      ["misspelt.json", { prot: 5000 }, /prot/],
    ];
    writeFileSync(join(home, "weak.key"), account(1).privateKey);
    chmodSync(join(home, "weak.key"), 0o644);
    for (const [name, changes, message] of refusals) {
      configure(name, { store: "unused.sqlite", ...changes });
      const { code, stdout, stderr } = await runProcess(command(name));
      expect(code, name).to.equal(1);
      expect(stdout.toString() + stderr, name).to.match(message);
      expect(stdout.toString() + stderr, `${name}: no key in the open`).to.not.contain(account(1).privateKey.slice(2));
    }
  });
});
