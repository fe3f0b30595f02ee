import { configVariable } from "hardhat/config";
import type { HttpNetworkUserConfig } from "hardhat/types/config";

/** A public test network, whose RPC URL and key come from the keystore or the environment when they are first needed. */
function testNetwork(chainId: number, rpcUrl: string, chainType: "l1" | "op" | "generic"): HttpNetworkUserConfig {
  const accounts = [configVariable("DEPLOYER_PRIVATE_KEY")];
  return { type: "http", chainId, chainType, url: configVariable(rpcUrl), accounts };
}

/** The networks of `npm run deploy -- --network NAME`. */
export const networks = {
  sepolia: testNetwork(11155111, "SEPOLIA_RPC_URL", "l1"),
  hoodi: testNetwork(560048, "HOODI_RPC_URL", "l1"),
  baseSepolia: testNetwork(84532, "BASE_SEPOLIA_RPC_URL", "op"),
  opSepolia: testNetwork(11155420, "OP_SEPOLIA_RPC_URL", "op"),
  arbitrumSepolia: testNetwork(421614, "ARBITRUM_SEPOLIA_RPC_URL", "generic"),
  polygonAmoy: testNetwork(80002, "POLYGON_AMOY_RPC_URL", "generic"),
  // Hardhat's node and anvil: their own accounts, no key of ours.
  localhost: { type: "http", chainId: 31337, url: process.env.LOCALHOST_RPC_URL ?? "http://127.0.0.1:8545" },
} satisfies Record<string, HttpNetworkUserConfig>;
