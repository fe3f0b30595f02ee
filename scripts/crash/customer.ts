import { signBalanceProof, type Hex } from "@rmps/proofs";
import type { Fleet } from "./fleet.ts";

/** How long a customer waits for an answer, in milliseconds. */
const PATIENCE = 30_000;
/** One of so many requests repeats a balance that was used before. */
const REPEAT_ONE_IN = 8;

/** A sender with one channel, who pays with increasing balances in parallel, writes down what came of each, and cheats. */
export class Customer {
  readonly channelId: Hex;
  readonly contract: Hex;
  readonly key: Hex;
  readonly price: bigint;
  #highest = 0n;
  /** Balances by what the customer knows: paid content came for it, it was refunded, or nobody knows. */
  readonly served = new Set<bigint>();
  readonly failed = new Set<bigint>();
  readonly unknown = new Set<bigint>();
  /** Balances for which content came a second time. */
  doubles = 0;
  requests = 0;

  constructor(options: { channelId: Hex; contract: Hex; key: Hex; price: bigint }) {
    this.channelId = options.channelId;
    this.contract = options.contract;
    this.key = options.key;
    this.price = options.price;
  }

  get highest(): bigint {
    return this.#highest;
  }

  /** Pays again and again, until a node does not answer. */
  async shop(fleet: Fleet): Promise<void> {
    for (;;) {
      const alive = fleet.nodes.filter((node) => node !== undefined);
      const node = alive[Math.floor(Math.random() * alive.length)];
      if (node === undefined || fleet.nodes.includes(undefined)) return;
      if (!(await this.#pay(node.url, this.#choose()))) return;
    }
  }

  #choose(): bigint {
    const used = [...this.served, ...this.failed, ...this.unknown];
    if (used.length > 0 && Math.random() * REPEAT_ONE_IN < 1) return used[Math.floor(Math.random() * used.length)]!;
    this.#highest += this.price;
    return this.#highest;
  }

  /** @returns false where the node gave no answer. */
  async #pay(url: string, balance: bigint): Promise<boolean> {
    const { channelId, contract } = this;
    const signature = signBalanceProof({ chainId: 31337n, contract, channelId, balance }, this.key);
    this.requests++;
    let status: number | undefined;
    let isRefund = false;
    try {
      const headers = {
        "RDN-Channel-Id": channelId,
        "RDN-Sender-Balance": String(balance),
        "RDN-Balance-Signature": signature,
      };
      const answer = await fetch(`${url}/`, { headers, signal: AbortSignal.timeout(PATIENCE) });
      status = answer.status;
      // The seller's own 503 has no body; what the receiver could not decide on may be asked again.
      isRefund = (await answer.arrayBuffer()).byteLength === 0;
    } catch {
      status = undefined; // The node died, before or after it charged.
    }
    if (status === 200) {
      if (this.served.has(balance) || this.failed.has(balance)) this.doubles++;
      this.served.add(balance);
      this.unknown.delete(balance);
    } else if (status === 503 && isRefund) {
      this.failed.add(balance);
    } else if ((status === undefined || status === 503) && !this.served.has(balance) && !this.failed.has(balance)) {
      this.unknown.add(balance);
    }
    return status !== undefined;
  }
}
