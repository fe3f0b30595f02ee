// A process that pays with a state file. Arguments: state file, key, RPC, URLs; prints the status of each.
import type { Hex } from "@rmps/proofs";

import { createPayingFetch, fileStore } from "../../src/index.ts";

const [path, key, rpc, ...urls] = process.argv.slice(2);
const pay = createPayingFetch({ wallet: key as Hex, rpc: rpc!, store: fileStore(path) });
await Promise.all(
  urls.map(async (url) => {
    const response = await pay(url, { method: "POST" });
    process.stdout.write(`${response.status}\n`);
  }),
);
process.exit();
