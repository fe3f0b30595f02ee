import { createRequire } from "node:module";
import { join } from "node:path";

import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import { networks } from "./deploy/tool/networks.ts";
import { orderedBindings } from "./scripts/lib/ordered-bindings.ts";

const require = createRequire(import.meta.url);

/** Solidity tests: a quick look in every `npm test`; scripts/test-deep.ts asks for a long one. */
const { RMPS_FUZZ, RMPS_RUNS, RMPS_DEPTH, RMPS_SEED, RMPS_PATHS } = process.env;

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
    mocha: { timeout: 300_000 },
    solidity: {
      fuzz: { runs: Number(RMPS_FUZZ ?? 256), ...(RMPS_SEED === undefined ? {} : { seed: RMPS_SEED }) },
      invariant: { runs: Number(RMPS_RUNS ?? 8), depth: Number(RMPS_DEPTH ?? 60), failOnRevert: true },
      fsPermissions: {
        readFile: ["node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol"],
        writeFile: RMPS_PATHS === undefined ? [] : [RMPS_PATHS],
      },
    },
  },
});
