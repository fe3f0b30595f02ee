import { once } from "node:events";
import { createServer } from "node:net";

import { network } from "hardhat";

import { HARDHAT_MNEMONIC } from "./hardhat-accounts.ts";

/** What every account of the embedded chain starts with, in wei: 1,000 ETH. */
const ACCOUNT_BALANCE = 1_000n * 10n ** 18n;

export interface EmbeddedChain {
  /** HTTP and WebSocket share the port. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a fresh in-process Hardhat network (chain id 31337, a block for each transaction) as JSON-RPC on loopback.
 * @param port TCP port; 0 takes any free one.
 * @throws If the port is taken.
 */
export async function startEmbeddedChain(port: number): Promise<EmbeddedChain> {
  if (port !== 0) await assertFree(port);
  const accounts = { mnemonic: HARDHAT_MNEMONIC, count: 20, accountsBalance: ACCOUNT_BALANCE };
  const override = { accounts, loggingEnabled: false };
  const server = await network.createServer({ network: "default", override }, "127.0.0.1", port);
  const { port: bound } = await server.listen();
  return { url: `http://127.0.0.1:${bound}`, close: () => server.close() };
}

/** Where the port is taken, Hardhat's server ends the process instead of rejecting: so it is found out before. */
async function assertFree(port: number): Promise<void> {
  const probe = createServer().listen(port, "127.0.0.1");
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}
