/**
 * The mppx session server as shipped, on Hono, with its memory store. The node of the chain is the only thing put in
 * its place: it says that every channel is open and funded, and is asked once a channel (the answer is kept as long as
 * the option for it allows).
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Mppx, tempo } from "mppx/hono";
import { Store } from "mppx/server";
import { createClient, custom, encodeAbiParameters } from "viem";
import { tempo as tempoChain } from "viem/chains";
import { CHAIN_ID, CURRENCY, ESCROW, channelOf } from "../rivals/mppx-channel.ts";
import { CONNECTIONS, CONTENT, DEPOSIT, PATH, PRICE, RECEIVER } from "../world.ts";
import { counter, ready } from "./report.ts";

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

const [uint96, uint32] = [{ type: "uint96" }, { type: "uint32" }] as const;
const funded = encodeAbiParameters([uint96, uint96, uint32], [0n, DEPOSIT, 0]);
const chain = custom({
  request: ({ method }: { method: string }) =>
    method === "eth_call" ? Promise.resolve(funded) : Promise.reject(new Error(`the chain was asked for ${method}`)),
});
const client = createClient({ chain: tempoChain, transport: chain });

const mppx = Mppx.create({
  methods: [
    tempo.session({
      chainId: CHAIN_ID,
      channelStateTtl: 86_400_000,
      currency: CURRENCY,
      getClient: () => client,
      recipient: RECEIVER,
      store,
      suggestedDeposit: "10",
      unitType: "request",
    }),
  ],
  realm: "localhost",
  secretKey: "a key of the bench alone, of more than 32 bytes",
});

const app = new Hono();
app.get(PATH, mppx.session({ amount: (Number(PRICE) / 1e6).toFixed(6) }), (context) => {
  counter.served++;
  return context.text(CONTENT);
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (address) => ready(address.port));
