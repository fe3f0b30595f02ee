import { Wallet } from "ethers";
import { deployPermit2To } from "../../../../test/fixtures/permit2-code.ts";
import type { ReceiverOptions } from "../../src/config/options.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { expectDescribed } from "../api/openapi-check.ts";
import { GAS_PAYER, TestChain, type Key } from "./chain.ts";
import { FaultyNode } from "./faulty-node.ts";
import { start, Stores } from "./receiver.ts";
import { PENNILESS_HOLDS, SPONSOR } from "./sponsor.ts";

/** Asks a receiver for a deposit. Whatever it answers has to be described. */
export async function askFor(body: unknown, { url }: RunningReceiver) {
  const response = await fetch(`${url}/api/1/channels`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const json = (await response.json()) as Record<string, string>;
  expectDescribed("POST", "/channels", response, json);
  const { code, transaction } = json;
  return { status: response.status, json, code, transaction, headers: response.headers };
}

/** A receiver that sponsors, on a chain of its own with Permit2, whose blocks can be held back. */
export class SponsoringShop {
  readonly chain: TestChain;
  readonly stores = new Stores();
  readonly #store = this.stores.path();
  readonly #nodes: FaultyNode[] = [];
  #receiver: RunningReceiver | undefined;

  private constructor(chain: TestChain) {
    this.chain = chain;
  }

  /** The chain alone; `restart` starts the receiver. */
  static async build(): Promise<SponsoringShop> {
    const chain = await TestChain.start();
    await deployPermit2To(chain.signer(0), (method, params) => chain.rpc(method, params));
    return new SponsoringShop(chain);
  }

  get receiver(): RunningReceiver {
    if (this.#receiver === undefined) throw new Error("no receiver was started");
    return this.#receiver;
  }

  /** Starts the receiver, or starts it again on the same store. */
  async restart(over: Partial<ReceiverOptions> = {}): Promise<void> {
    await this.#receiver?.close();
    this.#receiver = await start(this.chain, this.#store, { sponsor: SPONSOR, ...over });
  }

  /** A node of its chain whose answers can be spoilt. */
  async faultyNode(): Promise<FaultyNode> {
    const node = await FaultyNode.before(this.chain.url);
    this.#nodes.push(node);
    return node;
  }

  async stop(): Promise<void> {
    await this.#receiver?.close();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await this.chain.stop();
    this.stores.remove();
  }

  ask = (body: unknown) => askFor(body, this.receiver);
  /** Transactions under way. */
  queue = () => this.receiver.engine.settler!.unfinished();
  round = () => this.receiver.engine.settler!.round();
  /** What is used of the budget. */
  used = () => this.receiver.store.sponsorships.used(0);

  /** 1 or 0 for what is mined, and did what it should or was reverted. */
  async statusOf(transaction: string) {
    return (await this.chain.provider.getTransactionReceipt(transaction))?.status;
  }

  holdBack = () => this.chain.rpc("evm_setAutomine", [false]);
  async holdBackNoMore(): Promise<void> {
    await this.chain.rpc("evm_setAutomine", [true]);
    await this.chain.mine();
  }

  /** An account does something ahead of all that waits. */
  async jumpQueue({ key, address }: Key, to: string, data: string): Promise<void> {
    await this.chain.rpc("hardhat_setBalance", [address, "0xde0b6b3a7640000"]);
    const fees = { maxPriorityFeePerGas: 10n ** 12n, maxFeePerGas: 2n * 10n ** 12n, gasLimit: 200_000n };
    await new Wallet(key, this.chain.provider).sendTransaction({ to, data, ...fees });
  }

  /** A penniless account moves its tokens away, ahead of all that waits. */
  moveAway(account: Key): Promise<void> {
    const { token, tokenAddress } = this.chain;
    const data = token.interface.encodeFunctionData("transfer(address,uint256)", [GAS_PAYER.address, PENNILESS_HOLDS]);
    return this.jumpQueue(account, tokenAddress, data);
  }
}

/** A shop for each test, not started yet, with its chain. To be called in a `describe`. */
export function useSponsoringShop(): { readonly shop: SponsoringShop; readonly chain: TestChain } {
  let shop: SponsoringShop;
  beforeEach(async () => {
    shop = await SponsoringShop.build();
  });
  afterEach(() => shop.stop());
  return {
    get shop() {
      return shop;
    },
    get chain() {
      return shop.chain;
    },
  };
}
