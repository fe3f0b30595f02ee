import { Store } from "mppx/server";
import { createClient, custom, encodeAbiParameters, type Client } from "viem";
import { tempo } from "viem/chains";
import { CONNECTIONS, DEPOSIT } from "../world.ts";
import { CHAIN_ID, ESCROW, channelOf } from "./mppx-channel.ts";

/** mppx's memory store in which every channel is open, as if each had paid its deposit through it. */
export async function seededStore(): Promise<Store> {
  const store = Store.memory();
  for (let index = 0; index < CONNECTIONS; index++) {
    const { descriptor, id } = channelOf(index);
    await store.put(id, {
      backend: "precompile",
      chainId: CHAIN_ID,
      channelId: id,
      descriptor,
      escrowContract: ESCROW,
      ...descriptor,
      closeRequestedAt: 0n,
      deposit: DEPOSIT,
      settledOnChain: 0n,
      highestVoucherAmount: 0n,
      highestVoucher: null,
      spent: 0n,
      units: 0,
      finalized: false,
      createdAt: new Date().toISOString(),
    });
  }
  return store;
}

const [uint96, uint32] = [{ type: "uint96" }, { type: "uint32" }] as const;
const funded = encodeAbiParameters([uint96, uint96, uint32], [0n, DEPOSIT, 0]);

const client = createClient({
  chain: tempo,
  transport: custom({
    request: ({ method }: { method: string }) =>
      method === "eth_call" ? Promise.resolve(funded) : Promise.reject(new Error(`the chain was asked for ${method}`)),
  }),
});

/** In place of a node of the chain: says at once that a channel is open and funded. */
export const chainClient = (): Client => client;
