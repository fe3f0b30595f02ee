import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseEther } from "ethers";

import { freePort } from "../../off-chain/receiver/test/support/free-port.ts";
import type { LocalChain } from "../lib/local-chain.ts";
import { openChannel, paymentHeaders } from "../lib/paying.ts";

/** Milliseconds for a receiver to be ready, and between two looks. */
const PATIENCE = 60_000;
const PAUSE = 250;

const PRICE = parseEther("0.01");

let passed = 0;

/** Says that something is so. @throws where it is not. */
export function check(good: boolean, what: string): void {
  if (!good) throw new Error(`Not so: ${what}.`);
  passed++;
  console.log(`  ${what}`);
}

/** How many checks passed so far. */
export const checks = (): number => passed;

/** A shop that runs somewhere else on this machine's network, and a customer of it. */
export interface Shop {
  readonly port: number;
  /** Whether it gets ready, in good time. */
  ready(): Promise<boolean>;
  /** Buys, or tries to. @param count of all that was bought until then, this included. @returns the status. */
  buy(count: number): Promise<number>;
  /** The status without payment. */
  look(): Promise<number>;
}

/** Writes configuration and keys, as an operator lays them down. @param user to whom they belong. */
export async function configure(folder: string, user: number, salt: string, chain: LocalChain): Promise<Shop> {
  const port = await freePort();
  const config = {
    rpc: [chain.url],
    chainId: 31337,
    contract: chain.manager,
    token: chain.token,
    keys: { agreement: "key", gas: "key" },
    store: "/var/lib/rmps-receiver/receiver.sqlite",
    port,
    routes: { "/licence": { price: String(PRICE), file: "/opt/rmps/off-chain/receiver/LICENSE" } },
  };
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, user, user);
  for (const [name, text] of [
    ["receiver.json", JSON.stringify(config)],
    ["key", chain.account(1).privateKey], // Hardhat's well-known account #1
  ] as const) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    chownSync(join(folder, name), user, user);
  }
  const channel = await openChannel(chain, 2, { salt: `0x${salt.repeat(32)}`, deposit: parseEther("1") });
  const url = `http://127.0.0.1:${port}`;
  const get = async (headers: Record<string, string>) => (await fetch(`${url}/licence`, { headers })).status;
  return {
    port,
    buy: (count) => get(paymentHeaders(channel, PRICE * BigInt(count))),
    look: () => get({}),
    async ready() {
      for (const end = Date.now() + PATIENCE; Date.now() < end;) {
        const answer = await fetch(`${url}/ready`).catch(() => undefined);
        if (answer?.status === 200) return true;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
      return false;
    },
  };
}
