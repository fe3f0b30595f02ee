import { JsonRpcProvider, type JsonRpcSigner } from "ethers";
import hre from "hardhat";
import * as anvil from "../../fixtures/anvil.ts";

/** A fresh local chain that speaks JSON-RPC over HTTP. */
export interface Node {
  url: string;
  provider: JsonRpcProvider;
  /** Hardhat's well-known account #0, which the node signs for. */
  deployer: JsonRpcSigner;
  stop(): Promise<void>;
}

async function connect(url: string, close: () => Promise<void>): Promise<Node> {
  // No cache: the tests look again right after they changed something.
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
  const stop = async (): Promise<void> => {
    provider.destroy();
    await close();
  };
  return { url, provider, deployer: await provider.getSigner(0), stop };
}

/** Hardhat's node, of a given hardfork. */
export async function startHardhat(hardfork = "prague"): Promise<Node> {
  const override = { hardfork, loggingEnabled: false };
  const server = await hre.network.createServer({ network: "default", override }, "127.0.0.1", 0);
  const { port } = await server.listen();
  return connect(`http://127.0.0.1:${port}`, () => server.close());
}

/** Foundry's node, see `startAnvil` of the fixtures. */
export async function startAnvil(...args: string[]): Promise<Node> {
  const { url, stop } = await anvil.startAnvil(...args);
  return connect(url, stop);
}

/** The two nodes that every deployment is tried on. */
export const nodes = [
  ["Hardhat's node", () => startHardhat()],
  ["anvil", () => startAnvil()],
] as const;
