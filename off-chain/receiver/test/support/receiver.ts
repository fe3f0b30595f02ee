import type { Hex } from "@rmps/proofs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReceiverOptions } from "../../src/config/options.ts";
import { startReceiver, type RunningReceiver } from "../../src/receiver.ts";
import type { Verdict } from "../../src/ledger/types.ts";
import { GAS_PAYER, RECEIVER, type TestChain, type TestChannel } from "./chain.ts";

/** A directory of its own for each store. */
export class Stores {
  readonly #made: string[] = [];

  path(): string {
    const directory = mkdtempSync(join(tmpdir(), "rmps-receiver-"));
    this.#made.push(directory);
    return join(directory, "receiver.sqlite");
  }

  remove(): void {
    for (const directory of this.#made.splice(0)) rmSync(directory, { recursive: true });
  }
}

/** A test's process is chain, receivers and clients in one: it lags as no receiver does, and is not to be busy then. */
const ANY_LAG = 3_600_000;

/** Options of a receiver on a test chain: account #1 is paid and agrees, account #9 pays the gas. */
export function optionsFor(chain: TestChain, store: string, over: Partial<ReceiverOptions> = {}): ReceiverOptions {
  return {
    rpc: chain.url,
    contract: chain.manager.contract,
    token: chain.tokenAddress,
    keys: { agreement: RECEIVER.key, gas: GAS_PAYER.key },
    store,
    port: 0,
    pollMs: 50,
    log: "silent",
    ...over,
    door: { maxLagMs: ANY_LAG, ...over.door },
  };
}

export function start(chain: TestChain, store: string, over: Partial<ReceiverOptions> = {}): Promise<RunningReceiver> {
  return startReceiver(optionsFor(chain, store, over));
}

/** Pays and finishes, as a request would. */
export async function pay(
  { ledger }: RunningReceiver,
  channel: TestChannel,
  balance: bigint,
  price: bigint,
): Promise<Verdict> {
  const signature: Hex = channel.proof(balance);
  const verdict = await ledger.pay({ channelId: channel.id, balance, signature }, { price });
  if (verdict.kind === "paid") await ledger.finish(verdict.charge);
  return verdict;
}
