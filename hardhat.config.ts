import { createRequire } from "node:module";
import { join } from "node:path";

import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import { networks } from "./deploy/tool/networks.ts";
import { orderedBindings } from "./scripts/lib/ordered-bindings.ts";

const require = createRequire(import.meta.url);

/** Solidity tests: a quick look in every `npm test`, a long one in `npm run test:deep` (scripts/test-deep.ts). */
const deep = process.env.RMPS_PROFILE === "deep";
const seed = process.env.RMPS_SEED === undefined ? {} : { seed: process.env.RMPS_SEED };

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, orderedBindings],
  // The compiler comes from npm, so that nothing is downloaded; docs/adr/0001-compiler.md says why this version and pipeline.
  solidity: {
    version: "0.8.37",
    path: require.resolve("solc/soljson.js"),
    settings: {
      optimizer: { enabled: true, runs: 1_000_000 },
      evmVersion: "cancun",
      viaIR: process.env.RMPS_PIPELINE === "ir",
      metadata: { bytecodeHash: "none" },
    },
  },
  paths: { tests: { mocha: "test/contracts", solidity: "test/solidity" } },
  networks,
  // Only looked up when sources are published (docs/deploy.md).
  verify: {
    etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") },
    ...(process.env.SOURCIFY_API_URL !== undefined && { sourcify: { apiUrl: process.env.SOURCIFY_API_URL } }),
  },
  typechain: { outDir: join(import.meta.dirname, "typechain-types"), dontOverrideCompile: true },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      fuzz: { runs: Number(process.env.RMPS_FUZZ ?? 256), ...seed },
      invariant: { runs: Number(process.env.RMPS_RUNS ?? 8), depth: deep ? 200 : 60, failOnRevert: true },
      fsPermissions: {
        readFile: ["node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol"],
        writeFile: ["paths.txt"],
      },
    },
  },
});
