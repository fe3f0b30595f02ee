import { execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { planDeployment } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { startLocalChain, type LocalChain } from "../../scripts/lib/local-chain.ts";
import { blocksOf } from "../fixtures/documents.ts";
import { startAnvil, startHardhat, type Node } from "./support/nodes.ts";

const root = join(import.meta.dirname, "..", "..");
const require = createRequire(import.meta.url);
// Hardhat's well-known account #0.
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Runs a line as a shell does; `npm run deploy` without the build before it, which the tests' own build was. */
function shell(line: string, env: Record<string, string>): Promise<string> {
  const command = line.replace("npm run deploy --", `"${process.execPath}" scripts/deploy.ts`);
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...process.env, NO_COLOR: "1", ...env } };
    execFile("sh", ["-c", command], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${line}\n${stdout}${stderr}`));
    });
  });
}

describe("docs/deploy.md", () => {
  const blocks = blocksOf("deploy.md");
  let folder: string;
  let node: Node | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rmps-docs-"));
  });
  afterEach(async () => {
    await node?.stop();
    node = undefined;
    rmSync(folder, { recursive: true });
  });

  it("says of every command whether it is run here", () => {
    for (const { mark, language, code } of blocks) {
      expect(language).to.equal("sh");
      expect(mark, code).to.match(/^(not )?run$/);
    }
    expect(blocks.filter(({ mark }) => mark === "run")).to.have.length.greaterThan(5);
  });

  it("runs TypeScript by the repository's Node, not by whichever is installed", () => {
    for (const { code } of blocks) expect(code).to.not.match(/^node /m);
  });

  for (const { name, code } of blocks.filter(({ mark }) => mark === "run")) {
    it(`its commands work: ${code.split("\n", 1)[0]}`, async () => {
      node = name === "sepolia" ? await startAnvil("--chain-id", "11155111") : await startHardhat();
      const env = {
        LOCALHOST_RPC_URL: node.url,
        SEPOLIA_RPC_URL: node.url,
        RMPS_RPC: node.url,
        DEPLOYER_PRIVATE_KEY: KEY,
        RECORDS: folder,
        TOKEN: planDeployment(31337n).token,
      };
      // The existing token of the example is the usual one.
      if (code.includes("--existing-token")) await shell("npm run deploy -- --network localhost", env);
      for (const line of code.trim().split("\n")) {
        // A public network's record belongs to the repository; that of this test does not.
        await shell(name === "sepolia" ? `${line} --records "$RECORDS"` : line, env);
      }
    });
  }
});

describe("docs/integrate.md", () => {
  const files = blocksOf("integrate.md");
  const sourceOf = (name: string): string => files.find((block) => block.name === name)?.code ?? "";
  const folder = join(root, "cache", `docs-${process.pid}`);
  let chain: LocalChain;

  /** The stock clients are installed beside the benchmark, with a lock file of their own; CI demands them. */
  const CLIENTS = ["@x402/fetch", "mppx"];
  const installed = join(root, "off-chain", "bench", "node_modules");
  const hasClients = existsSync(installed) || process.env["RMPS_STOCK_CLIENTS"] === "required";
  const isLeftOut = (name: string) => !hasClients && ["x402.ts", "mppx.ts"].includes(name);

  before(async () => {
    chain = await startLocalChain(0);
    mkdirSync(folder, { recursive: true });
    for (const { name, code } of files) if (!isLeftOut(name)) writeFileSync(join(folder, name), code);
    for (const name of CLIENTS) if (hasClients) linkPackage(name);
  });
  after(async () => {
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  function linkPackage(name: string): void {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(installed, name)), link, "dir");
  }

  function run(name: string, env: Record<string, string> = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { cwd: folder, env: { ...process.env, RPC_URL: chain.url, ...env } };
      execFile(process.execPath, [name], options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${name}\n${stdout}${stderr}`));
      });
    });
  }

  it("has no code that is not run here", () => {
    expect(files.map(({ mark, name }) => [mark, name])).to.deep.equal([
      ["file", "sell.ts"],
      ["file", "buy.ts"],
      ["file", "x402.ts"],
      ["file", "mppx.ts"],
      ["file", "channel.ts"],
      ["file", "viem.ts"],
      ["file", "Escrow.sol"],
    ]);
  });

  it("compiles in strict TypeScript", async () => {
    const compilerOptions = { composite: false, noEmit: true, rootDir: root };
    const include = ["*.ts"];
    const config = { extends: "../../tsconfig.base.json", compilerOptions, include };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    await run(require.resolve("typescript/bin/tsc"));
  });

  it("opens, pays, settles and closes a channel by hand", async () => {
    expect(await run("channel.ts")).to.equal(
      "The receiver was paid 250000\nRefused: NothingToSettle\nClosed: 250000 of 1000000\n",
    );
  });

  it("reads with viem", async () => {
    expect(await run("viem.ts")).to.equal("At least 15 minutes\n");
  });

  it("sells and buys", async () => {
    const env = { ...process.env, RPC_URL: chain.url, STORE: join(folder, "receiver.sqlite") };
    const seller = spawn(process.execPath, ["sell.ts"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    try {
      for await (const line of createInterface({ input: seller.stdout })) {
        const [, url = ""] = /^Selling on (\S+)$/.exec(line) ?? [];
        const buyers = ["buy.ts", "x402.ts", "mppx.ts"].filter((name) => !isLeftOut(name));
        for (const name of buyers) expect(await run(name, { SHOP: url }), name).to.equal("Hello, payer!\n");
        return;
      }
      throw new Error("sell.ts said nothing.");
    } finally {
      seller.kill();
    }
  });

  it("compiles in Solidity, against the package's own path", () => {
    const solc = require("solc") as { compile(input: string, options: object): string };
    const input = {
      language: "Solidity",
      sources: { "Escrow.sol": { content: sourceOf("Escrow.sol") } },
      settings: { evmVersion: "cancun", outputSelection: { "*": { Escrow: ["evm.bytecode.object"] } } },
    };
    const find = (path: string) => ({ contents: readFileSync(join(root, "node_modules", path), "utf8") });
    const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as { errors?: object[] };
    expect(errors).to.deep.equal([]);
  });
});
