/**
 * The shop in a process of its own, for commands that watch its memory or whether it lives. Told by its parent's
 * messages what to do, and where the chain is.
 */
import type { RunningReceiver } from "@rmps/receiver";

import { hardhatAccount } from "./hardhat-accounts.ts";
import { openShop } from "./shop.ts";
import type { FromShop, ToShop } from "./shop-process.ts";

const tell = (message: FromShop) => process.send?.(message);
let shop: RunningReceiver | undefined;

async function obey(message: ToShop): Promise<void> {
  switch (message.kind) {
    case "open": {
      const { chain, options } = message;
      shop = await openShop({ ...chain, account: hardhatAccount }, { ...options, log: "error" });
      return void tell({ kind: "open", url: shop.url });
    }
    case "state": {
      globalThis.gc?.();
      const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
      const { spent, accepted, settled, open, closed } = await shop!.store.totals();
      return void tell({
        kind: "state",
        state: {
          memory: { rss, heapUsed, heapTotal, external, arrayBuffers },
          books: { spent, accepted, settled, open, closed },
        },
      });
    }
    case "stop":
      await shop?.close();
      process.disconnect();
  }
}

process.on("message", (message: ToShop) => void obey(message));
