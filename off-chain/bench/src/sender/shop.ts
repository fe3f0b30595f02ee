/** A receiver as our users run it, on an embedded chain, with one thing to sell. */
import { join } from "node:path";
import { startReceiver } from "@rmps/receiver";
import { dataDirectory } from "../ours/receiver.ts";
import { say, settings } from "../process/child.ts";
import type { ChainReady } from "../sync/chain.ts";
import { CHALLENGE_PERIOD, CONTENT, PATH, PRICE } from "../world.ts";

const { rpc, contract, token, receiver } = settings<ChainReady>();
const running = await startReceiver({
  rpc,
  contract,
  token,
  receiver,
  store: join(dataDirectory(), "shop.sqlite"),
  port: 0,
  log: "silent",
  challengePeriod: { min: CHALLENGE_PERIOD, max: CHALLENGE_PERIOD },
  routes: { [PATH]: { price: PRICE, handler: () => ({ headers: { "content-type": "text/plain" }, body: CONTENT }) } },
});
process.on("SIGTERM", () => void running.close().finally(() => process.exit(0)));
say({ kind: "ready", port: Number(new URL(running.url).port) });
