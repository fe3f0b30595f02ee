import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planDeployment } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { readRecord } from "../../deploy/tool/records.ts";
import { verification } from "../../deploy/tool/verify.ts";
import { runScript } from "./support/command.ts";
import { startExplorer } from "./support/explorer.ts";
import { startAnvil } from "./support/nodes.ts";

// Hardhat's well-known account #0.
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

describe("verification", () => {
  it("names the source and gives the constructor's arguments as they were", () => {
    const [step] = planDeployment(11155111n).steps;
    const record = { ...step!, transaction: "0x01" as const, verified: false };
    expect(verification(record)).to.deep.include({
      contract: "contracts/token/FaucetToken.sol:FaucetToken",
      constructorArgs: ["Test MicroToken", "tMIC", 18, "0", "0x000000000000000000000000000000000000dead"],
    });
  });

  it("publishes sources that an explorer compiles to the very code of the chain, and records it", async function () {
    this.timeout(600_000); // the explorer compiles, too
    const node = await startAnvil("--chain-id", "11155111");
    const explorer = await startExplorer(node.provider);
    const folder = mkdtempSync(join(tmpdir(), "rmps-verify-"));
    const deploy = (...args: string[]) =>
      runScript("scripts/deploy.ts", ["--network", "sepolia", "--yes", "--no-smoke", "--records", folder, ...args], {
        SEPOLIA_RPC_URL: node.url,
        DEPLOYER_PRIVATE_KEY: KEY,
        SOURCIFY_API_URL: explorer.url,
      });
    const verified = () => readRecord(folder, 11155111n)?.contracts.map((contract) => contract.verified);
    try {
      expect((await deploy()).code).to.equal(0);
      expect(verified()).to.deep.equal([false, false]);
      const { stdout, stderr } = await deploy("--verify");
      expect(verified(), `${stdout}${stderr}`).to.deep.equal([true, true]);
      const { token, manager } = planDeployment(11155111n);
      expect([...explorer.verified].sort()).to.deep.equal([token, manager].sort());
    } finally {
      explorer.stop();
      await node.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
