import type { Hex } from "@rmps/proofs";
import type { Bundle } from "@rmps/wire";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CLOSED } from "../../book/moves.ts";
import { factsOf, type Chain } from "../../channel/chain.ts";
import { forEach } from "../../channel/each.ts";
import { MANAGER } from "../../channel/managers.ts";
import { SenderError } from "../../errors.ts";
import { parseBundles } from "../bundle.ts";
import type { Context } from "../context.ts";
import { show } from "../money.ts";

/** Options of `rmps watch`. */
export interface WatchOptions {
  once?: boolean;
  interval: string;
}

/** Files that are named, and those `*.json` in folders that are; read anew each time, for better proofs replace others. */
async function read(paths: string[]): Promise<Bundle[]> {
  const bundles: Bundle[] = [];
  for (const path of paths) {
    try {
      const isFolder = (await stat(path)).isDirectory();
      const inside = isFolder ? (await readdir(path)).filter((name) => name.endsWith(".json")) : [];
      const files = isFolder ? inside.map((name) => join(path, name)) : [path];
      for (const file of files) bundles.push(...parseBundles(await readFile(file, "utf8")));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new SenderError("configuration", `${path}: ${message}`, "Export the bundle again, or check the path.");
    }
  }
  return bundles;
}

async function readFor(chain: Chain, paths: string[]): Promise<Bundle[]> {
  const bundles = await read(paths);
  const foreign = bundles.find(({ chainId }) => chainId !== chain.chainId);
  if (foreign === undefined) return bundles;
  const remedy = "Name the RPC of that chain: --rpc.";
  throw new SenderError("configuration", `a bundle is for chain ${foreign.chainId}, not ${chain.chainId}`, remedy);
}

/** @returns whether there is anything left to watch for. */
async function defend(bundle: Bundle, chain: Chain, context: Context): Promise<boolean> {
  const { id, terms, amount, balance, proof, contract } = bundle;
  const name = `${id.slice(0, 10)}…`;
  const { deposit, settled, closesAt } = await factsOf(chain, contract, id);
  if (closesAt === CLOSED) {
    context.output.note(`${name} is closed at ${settled}`);
    return false;
  }
  const due = amount < deposit ? amount : deposit;
  if (closesAt === 0n || settled >= due) return true;
  const data = MANAGER.encodeFunctionData("settle", [terms, amount, balance, proof]) as Hex;
  const { transactions } = await context.channels();
  const receipt = await transactions.alone(chain.chainId, async (outbox) => {
    // What an earlier process sent is mined by now.
    const isDone = (await factsOf(chain, contract, id)).settled >= due;
    return isDone ? outbox.finished : outbox.send("settling", { to: contract, data });
  });
  if (receipt === undefined) return true; // somebody else was faster
  const { hash } = receipt;
  const token = await context.tokenAt(terms.token);
  const paid = due - settled;
  context.output.result(
    { channel: id, paid, transaction: hash },
    `defended ${name}: ${show(paid, token)} more (${hash})`,
  );
  return true;
}

/** `rmps watch`: answers closes that concede too little with the proofs of exported bundles, until all are closed. */
export async function watch(paths: string[], { once, interval }: WatchOptions, context: Context): Promise<void> {
  const seconds = Number(interval);
  if (!(seconds > 0))
    throw new SenderError("configuration", "--interval: no number of seconds", "Give one, such as 15.");
  const chain = await context.chain();
  let bundles = await readFor(chain, paths);
  context.output.note(`watching ${bundles.length} channel(s)`);
  if (once) return void (await forEach(bundles, (bundle) => defend(bundle, chain, context)));
  for (;;) {
    let left = 0;
    for (const bundle of bundles) {
      try {
        if (await defend(bundle, chain, context)) left++;
      } catch (error) {
        // One that fails must not keep the others from being defended; a watchtower goes on.
        const message = error instanceof Error ? error.message : String(error);
        const remedy = error instanceof SenderError ? `\n      ${error.remedy}` : "";
        context.output.note(`${bundle.id.slice(0, 10)}…: ${message}; trying again${remedy}`);
        left++;
      }
    }
    if (left === 0) return;
    await sleep(seconds * 1000);
    bundles = await readFor(chain, paths).catch((error: unknown) => {
      context.output.note(`${error instanceof Error ? error.message : String(error)}; going on with what was read`);
      return bundles;
    });
  }
}
