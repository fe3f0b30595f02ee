/**
 * The mppx session server as shipped, on Hono, with its memory store. The node of the chain is the only thing put in
 * its place: it says that every channel is open and funded, and is asked once a channel (the answer is kept as long as
 * the option for it allows).
 */
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Mppx, tempo } from "mppx/hono";
import { CHAIN_ID, CURRENCY } from "../rivals/mppx-channel.ts";
import { chainClient, seededStore } from "../rivals/mppx-state.ts";
import { CONTENT, PATH, PRICE, RECEIVER } from "../world.ts";
import { counter, ready } from "./report.ts";

const store = await seededStore();
const mppx = Mppx.create({
  methods: [
    tempo.session({
      chainId: CHAIN_ID,
      channelStateTtl: 86_400_000,
      currency: CURRENCY,
      getClient: chainClient,
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
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => ready(server as Server));
