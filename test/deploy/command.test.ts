import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MicroToken__factory } from "@rmps/contracts";
import { planDeployment } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { readRecord } from "../../deploy/tool/records.ts";
import { runScript } from "./support/command.ts";
import { nodes, startAnvil, type Node } from "./support/nodes.ts";

const ALICE = "0x00000000000000000000000000000000000a11ce";
// Hardhat's well-known account #0.
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

for (const [name, start] of nodes) {
  describe(`npm run deploy on ${name}`, () => {
    let node: Node;
    let folder: string;
    const deploy = (...args: string[]) =>
      runScript("scripts/deploy.ts", ["--network", "localhost", "--records", folder, ...args], {
        LOCALHOST_RPC_URL: node.url,
      });

    before(async () => {
      node = await start();
      folder = mkdtempSync(join(tmpdir(), "rmps-deploy-"));
    });
    after(async () => {
      await node.stop();
      rmSync(folder, { recursive: true });
    });

    it("shows in a dry run what there is to do and what it costs, and sends nothing", async () => {
      const { code, stdout } = await deploy("--dry-run");
      expect(code, stdout).to.equal(0);
      expect(stdout)
        .to.match(/MicroToken +0x[0-9a-f]{40} is missing/)
        .and.match(/together +0\.\d+ ETH of/);
      expect(stdout).to.match(/Dry run: nothing was sent/);
      expect(await node.deployer.getNonce()).to.equal(0);
      expect(existsSync(join(folder, "31337.json"))).to.equal(false);
    });

    it("deploys, grants, opens and closes a channel, and records it all", async () => {
      const { code, stdout, stderr } = await deploy("--grant", `${ALICE}=2.5`);
      expect(code, stderr).to.equal(0);
      expect(stdout)
        .to.match(/open by ERC-223 transfer +\d+ gas/)
        .and.match(/close at 2 +\d+ gas/);
      const record = readRecord(folder, 31337n);
      const plan = planDeployment(31337n);
      expect(record).to.include({ chainId: "31337", network: "localhost", manager: plan.manager, token: plan.token });
      expect(record?.smokeTested).to.equal(true);
      expect(record?.commit).to.match(/^[0-9a-f]{40}(-dirty)?$/);
      expect(record?.compiler.version).to.match(/^0\.8\.\d+\+commit\./);
      expect(record?.compiler.settings).to.have.nested.property("optimizer.enabled", true);
      for (const { contract, transaction, verified, arguments: args } of record!.contracts) {
        expect(args, contract).to.deep.equal(plan.steps.find((step) => step.contract === contract)?.arguments);
        expect((await node.provider.getTransactionReceipt(transaction!))?.status, contract).to.equal(1);
        expect(verified).to.equal(false);
      }
      const created = await node.provider.getTransactionReceipt(record!.contracts[1]!.transaction!);
      expect(record?.block).to.equal(created?.blockNumber);
      const token = MicroToken__factory.connect(plan.token, node.provider);
      expect(await token.balanceOf(ALICE)).to.equal(25n * 10n ** 17n);
    });

    it("sends nothing the second time, and keeps the record", async () => {
      const before = [await node.deployer.getNonce(), readRecord(folder, 31337n)];
      const { code, stdout } = await deploy("--grant", `${ALICE}=2.5`);
      expect(code).to.equal(0);
      expect(stdout).to.match(/Nothing to do\./);
      expect([await node.deployer.getNonce(), readRecord(folder, 31337n)]).to.deep.equal(before);
    });

    it("finds the block of a manager of which there is no record", async () => {
      const block = readRecord(folder, 31337n)?.block;
      await node.provider.send("evm_mine", []);
      rmSync(join(folder, "31337.json"));
      expect((await deploy()).code).to.equal(0);
      expect(readRecord(folder, 31337n)).to.include({ block, smokeTested: false });
    });

    it("does not replace the record of another deployment, and sends nothing", async () => {
      const before = [await node.deployer.getNonce(), readRecord(folder, 31337n)];
      const { code, stderr } = await deploy("--name", "Another");
      expect(code).to.equal(1);
      expect(stderr).to.match(/other-record: .*31337\.json records another deployment/);
      expect([await node.deployer.getNonce(), readRecord(folder, 31337n)]).to.deep.equal(before);
    });

    it("opens by approval with an existing token, and the faucet family by a drip", async () => {
      const { token } = planDeployment(31337n);
      // A later --records counts.
      const existing = await deploy("--existing-token", token, "--records", join(folder, "existing"));
      expect(existing.stdout)
        .to.match(/approve +\d+ gas/)
        .and.match(/open by deposit/)
        .and.match(/close at 2/);
      const faucet = await deploy("--family", "faucet", "--records", join(folder, "faucet"));
      expect(faucet.stdout)
        .to.match(/drip +\d+ gas/)
        .and.match(/close at 2/);
    });

    it("says how much gas money is missing, with exit code 1 and nothing sent", async () => {
      const poor = `${name === "anvil" ? "anvil" : "hardhat"}_setBalance`;
      await node.provider.send(poor, [await node.deployer.getAddress(), "0x1"]);
      const nonce = await node.deployer.getNonce();
      const { code, stderr } = await deploy("--name", "Another");
      expect(code).to.equal(1);
      expect(stderr).to.match(/insufficient-funds: .* wei more/);
      expect(await node.deployer.getNonce()).to.equal(nonce);
    });
  });
}

describe("npm run deploy on a public network", () => {
  let node: Node;
  let folder: string;
  const deploy = (...args: string[]) =>
    runScript("scripts/deploy.ts", ["--network", "sepolia", "--records", folder, ...args], {
      SEPOLIA_RPC_URL: node.url,
      DEPLOYER_PRIVATE_KEY: KEY,
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rmps-deploy-"));
  });
  afterEach(async () => {
    await node.stop();
    rmSync(folder, { recursive: true });
  });

  it("sends nothing without --yes, and the faucet's family with it", async () => {
    node = await startAnvil("--chain-id", "11155111");
    const dry = await deploy();
    expect(dry.stdout, dry.stderr)
      .to.match(/family faucet/)
      .and.match(/Add --yes to send/);
    expect(await node.deployer.getNonce()).to.equal(0);
    const real = await deploy("--yes");
    expect(real.code, real.stderr).to.equal(0);
    expect(readRecord(folder, 11155111n)).to.include({ family: "faucet", network: "sepolia", smokeTested: true });
  });

  it("refuses a node of another chain", async () => {
    node = await startAnvil();
    const { code, stderr } = await deploy("--yes");
    expect(code).to.equal(1);
    expect(stderr).to.match(/chain id "11155111", but connected to a chain with id "31337"/);
    expect(await node.deployer.getNonce()).to.equal(0);
  });

  it("names the variable that is not set", async () => {
    node = await startAnvil();
    const args = ["--network", "hoodi", "--records", folder];
    const { code, stderr } = await runScript("scripts/deploy.ts", args, { DEPLOYER_PRIVATE_KEY: KEY });
    expect(code).to.equal(1);
    expect(stderr).to.match(/"HOODI_RPC_URL" not found/);
  });
});
