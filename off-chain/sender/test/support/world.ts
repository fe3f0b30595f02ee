import { expect } from "chai";

import { createPayingFetch, type PayingFetch, type PayingFetchOptions, type SenderEvent } from "../../src/index.ts";
import { spentOf, type ChannelRecord } from "../../src/book/record.ts";
import { borrowChain, type TestChain } from "./chain.ts";
import { openSeller, type Seller, type SellerOptions } from "./seller.ts";

/** A chain for a whole file of tests, and sellers for single ones. */
export interface World {
  readonly chain: TestChain;
  seller(options?: SellerOptions): Promise<Seller>;
  /** A paying fetch of Hardhat's account #2, and what it reports. */
  sender(options?: Partial<PayingFetchOptions>): Sender;
}

export interface Sender {
  readonly pay: PayingFetch;
  readonly events: SenderEvent[];
  /** The only channel in its book. */
  readonly channel: () => Promise<ChannelRecord>;
  readonly spent: () => Promise<bigint>;
}

/** To be called in a `describe`. */
export function useWorld(): World {
  let chain: TestChain;
  const sellers: Seller[] = [];
  before(async () => {
    chain = await borrowChain();
  });
  afterEach(async () => {
    await Promise.all(sellers.splice(0).map((seller) => seller.stop()));
  });
  after(() => chain.giveBack());
  return {
    get chain() {
      return chain;
    },
    async seller(options) {
      const seller = await openSeller(chain, options);
      sellers.push(seller);
      return seller;
    },
    sender(options = {}) {
      const events: SenderEvent[] = [];
      const onEvent = (event: SenderEvent) => void events.push(event);
      const pay = createPayingFetch({ wallet: chain.key(2), rpc: chain.provider, onEvent, ...options });
      const channel = async () => {
        const all = await (await pay.channels).list();
        expect(all).to.have.length(1);
        return all[0]!;
      };
      return { pay, events, channel, spent: async () => spentOf(await channel()) };
    },
  };
}

/** The error with which a promise must be rejected. */
export async function rejection<T extends Error>(
  work: Promise<unknown>,
  type: abstract new (...args: never[]) => T,
): Promise<T> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, String(error)).to.be.instanceOf(type);
  return error as T;
}
