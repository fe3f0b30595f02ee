import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendJournal, readJournal, readRecord } from "../../deploy/tool/records.ts";
import { expect } from "chai";
import { runScript } from "./support/command.ts";
import { startHardhat, type Node } from "./support/nodes.ts";

const root = join(import.meta.dirname, "..", "..");

describe("npm run deploy, killed", () => {
  let node: Node;
  let folder: string;
  const args = () => ["--network", "localhost", "--records", folder];
  const again = () => runScript("scripts/deploy.ts", args(), { LOCALHOST_RPC_URL: node.url });

  beforeEach(async () => {
    node = await startHardhat();
    folder = mkdtempSync(join(tmpdir(), "rmps-kill-"));
  });
  afterEach(async () => {
    await node.stop();
    rmSync(folder, { recursive: true });
  });

  /** Deploys; the process kills itself, without warning, when it has printed a line with this text. */
  async function killedAt(text: string): Promise<void> {
    const killer = `
      const write = process.stdout.write.bind(process.stdout);
      process.stdout.write = (chunk, ...more) => {
        const went = write(chunk, ...more);
        if (String(chunk).includes(${JSON.stringify(text)})) process.kill(process.pid, "SIGKILL");
        return went;
      };`;
    const preload = ["--import", `data:text/javascript,${encodeURIComponent(killer)}`];
    const env = { ...process.env, LOCALHOST_RPC_URL: node.url };
    const command = spawn(process.execPath, [...preload, "scripts/deploy.ts", ...args()], { cwd: root, env });
    command.stdout.resume();
    expect(await once(command, "exit")).to.deep.equal([null, "SIGKILL"]);
  }

  for (const text of ["sent factory-money", "sent ChannelManager", "Deployed on chain", "settle 1"]) {
    it(`goes on after it printed "${text}", and leaves a whole record`, async () => {
      await killedAt(text);
      const { code, stderr } = await again();
      expect(code, stderr).to.equal(0);
      const record = readRecord(folder, 31337n);
      expect(record).to.include({ smokeTested: true });
      for (const { contract, transaction } of record!.contracts) {
        expect((await node.provider.getTransactionReceipt(transaction!))?.status, contract).to.equal(1);
      }
      expect(readJournal(folder, 31337n)).to.deep.equal([]);
      expect((await again()).stdout).to.match(/Nothing to do\./);
    });
  }

  it("does not take the transactions of another deployment that was cut short for its own", async () => {
    await again();
    const { contracts } = readRecord(folder, 31337n)!;
    rmSync(join(folder, "31337.json"));
    appendJournal(folder, 31337n, {
      what: "ChannelManager",
      hash: `0x${"1".repeat(64)}`,
      address: `0x${"2".repeat(40)}`,
    });
    await again();
    expect(readRecord(folder, 31337n)?.contracts.map(({ transaction }) => transaction)).to.deep.equal(
      contracts.map(() => undefined),
    );
  });
});
