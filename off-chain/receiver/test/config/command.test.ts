import { RECEIVER_VARIABLES } from "@rmps/wire";
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { account, eventually, GAS_PAYER, RECEIVER, TestChain, type TestChannel } from "../support/chain.ts";
import { runCommand, type Run } from "../support/command.ts";
import manifest from "../../package.json" with { type: "json" };

describe("rmps-receiver", () => {
  let chain: TestChain;
  let home: string;
  const running = new Set<ChildProcess>();

  before(async () => {
    chain = await TestChain.start();
    home = mkdtempSync(join(tmpdir(), "rmps-command-"));
  });
  after(async () => {
    for (const child of running) child.kill("SIGKILL");
    await chain.stop();
    rmSync(home, { recursive: true });
  });

  function write(name: string, content: string): string {
    const path = join(home, name);
    writeFileSync(path, content);
    chmodSync(path, 0o600);
    return path;
  }

  /** A configuration with a store of its own. */
  function configure(store: string, over: Record<string, unknown> = {}): string {
    write("agreement.key", RECEIVER.key);
    write("gas.key", GAS_PAYER.key);
    write("content.txt", "worth it\n");
    const config = {
      rpc: chain.url,
      contract: chain.manager.contract,
      token: chain.tokenAddress,
      keys: { agreement: "agreement.key", gas: "gas.key" },
      store,
      port: 0,
      log: "info",
      routes: { "/content.txt": { price: "10", file: "content.txt" } },
      ...over,
    };
    return write(`${store}.json`, JSON.stringify(config));
  }

  const run = (...args: string[]) => runWith({}, ...args);

  function runWith(env: Record<string, string>, ...args: string[]): Run {
    const started = runCommand(args, env);
    running.add(started.child);
    void started.ended.then(() => running.delete(started.child));
    return started;
  }

  const buy = (url: string, channel: TestChannel, balance: bigint) =>
    fetch(`${url}/content.txt`, {
      headers: {
        "RDN-Channel-Id": channel.id,
        "RDN-Sender-Balance": `${balance}`,
        "RDN-Balance-Signature": channel.proof(balance),
      },
    });

  it("explains itself", async () => {
    const { ended, output } = run("--help");
    expect((await ended).code).to.equal(0);
    for (const word of ["--config", "--rpc", "move-store", "--port", "PORT", ...RECEIVER_VARIABLES, "Exit codes"]) {
      expect(output()).to.contain(word);
    }
    expect(output(), "keys are not for command lines").to.not.match(/--(agreement|gas)-key /);
  });

  it("says its version", async () => {
    const { ended, output } = run("--version");
    expect((await ended).code).to.equal(0);
    expect(output()).to.equal(`${manifest.version}\n`);
  });

  it("says what is missing, and how to give it", async () => {
    const { ended, errors } = run();
    expect((await ended).code).to.equal(1);
    expect(errors())
      .to.match(/rpc \(--rpc, RMPS_RPC\)/)
      .and.match(/contract \(--contract, RMPS_CONTRACT\)/);
    expect(errors()).to.not.contain("    at ");
  });

  describe("where variables are misspelt", () => {
    const MISSPELT = { RMPS_STROE: "x", RMPS_STATE: "the other command's", RMPS_PORT: "tcp://10.0.0.1:80" };
    const expectTold = (text: string) => {
      expect(text).to.match(/RMPS_STROE is read by nobody.*Did you mean RMPS_STORE\?/);
      expect(text).to.match(/Kubernetes.*RMPS_PORT.*enableServiceLinks: false/);
      expect(text).to.not.contain("RMPS_STATE");
    };

    it("says so in its log, and starts", async () => {
      const { child, url, ended, output } = runWith(MISSPELT, "--config", configure("misspelt.sqlite"));
      expect(await url).to.be.a("string");
      child.kill("SIGTERM");
      expect((await ended).code).to.equal(0);
      const warnings = output()
        .split("\n")
        .filter((line) => line.includes('"level":40'));
      expectTold(warnings.join("\n"));
    });

    it("says so when it is asked to check, whatever the level of the log", async () => {
      const config = configure("misspelt.sqlite", { log: "silent" });
      const { ended, errors } = runWith(MISSPELT, "--config", config, "--check");
      expect((await ended).code).to.equal(0);
      expectTold(errors());
    });

    it("says so when it refuses to start, which may be why", async () => {
      const { ended, errors } = runWith({ RMPS_RPC_URL: "http://127.0.0.1:1" });
      expect((await ended).code).to.equal(1);
      expect(errors()).to.match(/RMPS_RPC_URL is read by nobody. Did you mean RMPS_RPC\?/);
    });
  });

  it("sells, loses nothing when it is killed between two requests, and sells on", async () => {
    const config = configure("killed.sqlite");
    const channel = await chain.open(2);
    const first = run("--config", config);
    const url = await first.url;
    expect(url, first.errors()).to.be.a("string");
    const bought = await buy(url!, channel, 10n);
    expect([bought.status, await bought.text()]).to.deep.equal([200, "worth it\n"]);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = run("--config", config);
    const again = await second.url;
    expect((await buy(again!, channel, 10n)).status, "the proof was spent").to.equal(402);
    const next = await buy(again!, channel, 20n);
    expect(next.status).to.equal(200);
    expect(next.headers.get("rdn-spent")).to.equal("20");
    second.child.kill("SIGTERM");
    expect(await second.ended).to.deep.equal({ code: 0, signal: null });
    expect(first.output() + second.output(), "no proof in the log").to.not.contain(channel.proof(10n).slice(2));
    expect(first.output() + second.output()).to.not.contain(RECEIVER.key.slice(2));
  });

  it("disputes after it was killed, what was promised before", async () => {
    const config = configure("dispute.sqlite");
    const channel = await chain.open(3);
    const first = run("--config", config);
    expect((await buy((await first.url)!, channel, 10n)).status).to.equal(200);
    first.child.kill("SIGKILL");
    await first.ended;
    const before = await chain.earned();
    await chain.requestClose(channel, 0n);
    const second = run("--config", config);
    expect(await second.url, second.errors()).to.be.a("string");
    await eventually(async () => (await chain.earned()) - before === 10n);
    second.child.kill("SIGTERM");
    expect((await second.ended).code).to.equal(0);
  });

  it("refuses a store that another one holds, and says so", async () => {
    const config = configure("shared.sqlite");
    const first = run("--config", config);
    await first.url;
    const second = run("--config", config);
    expect((await second.ended).code).to.equal(1);
    expect(second.errors()).to.contain("in use by another process");
    first.child.kill("SIGINT");
    expect((await first.ended).code).to.equal(0);
  });

  it("finishes the request in flight when it is told to stop", async () => {
    // Answers only once the signal was heard, and some turns later.
    const wait = "process.once('SIGTERM', () => setImmediate(() => setImmediate(() => done('at last'))))";
    write("slow.mjs", `export const handler = () => new Promise((done) => (console.error("asked"), ${wait}));`);
    const config = configure("drain.sqlite", { routes: { "/slow": { price: "10", module: "slow.mjs" } } });
    const channel = await chain.open(4);
    const { child, url, ended, errors } = run("--config", config);
    const headers = {
      "RDN-Channel-Id": channel.id,
      "RDN-Sender-Balance": "10",
      "RDN-Balance-Signature": channel.proof(10n),
    };
    const answer = fetch(`${await url}/slow`, { headers });
    await eventually(() => errors().includes("asked"));
    child.kill("SIGTERM");
    expect(await (await answer).text()).to.equal("at last");
    expect((await ended).code).to.equal(0);
  });

  it("checks and stops, when only asked to check", async () => {
    const { ended } = run("--config", configure("check.sqlite"), "--check");
    expect((await ended).code).to.equal(0);
    const wrong = run("--config", configure("check.sqlite", { contract: account(6).address }), "--check");
    expect((await wrong.ended).code).to.equal(1);
    expect(wrong.errors()).to.contain("no code").and.to.contain("deploy it there first");
  });

  it("refuses a key file that others may read", async () => {
    const config = configure("weak.sqlite");
    chmodSync(join(home, "gas.key"), 0o644);
    const { ended, errors } = run("--config", config);
    expect((await ended).code).to.equal(1);
    expect(errors()).to.match(/chmod 600 .*gas\.key/);
    expect(errors()).to.not.contain(GAS_PAYER.key.slice(2));
  });

  it("says which port is taken", async () => {
    const first = run("--config", configure("port.sqlite"));
    const { port } = new URL((await first.url)!);
    const second = run("--config", configure("port2.sqlite"), "--port", port);
    expect((await second.ended).code).to.equal(1);
    expect(second.errors()).to.contain("EADDRINUSE").and.to.contain("--port");
    first.child.kill("SIGTERM");
    await first.ended;
  });

  it("says what to do about an address that is not this machine's", async () => {
    // Of the network that is set aside for documentation.
    const { ended, errors } = run("--config", configure("address.sqlite"), "--host", "192.0.2.1");
    expect((await ended).code).to.equal(1);
    expect(errors()).to.contain("EADDRNOTAVAIL").and.to.contain("--host").and.to.not.contain("    at ");
  });
});
