import type { Hex } from "@rmps/proofs";
import { setTimeout as sleep } from "node:timers/promises";
import { nextLook, POLLING, type Chain } from "../../channel/chain.ts";
import { SenderError } from "../../errors.ts";
import { defaultStatePath } from "../../book/file-store.ts";
import { Bundles, checkApart } from "../bundles.ts";
import type { Context } from "../context.ts";
import { shortId } from "../output.ts";
import { Watchtower } from "../watchtower.ts";

/** Options of `rmps watch`. */
export interface WatchOptions {
  once?: boolean;
  interval: string;
}

/** Looks once, and waits until all is mined that is to be sent. @throws the first failure, once the others are defended. */
async function lookOnce(tower: Watchtower, chain: Chain): Promise<void> {
  for (;;) {
    const wasUnderWay = await tower.tend();
    const failures: unknown[] = [];
    const { sent } = await tower.round((error) => failures.push(error));
    while (await tower.tend()) await nextLook(chain);
    if (sent > 0 || wasUnderWay) continue; // more of them than are sent at once, or another one took a nonce
    if (failures.length > 0) throw failures[0];
    return;
  }
}

/** Looks after what was sent, more often than for what is to be sent. @param until Unix milliseconds. */
async function lookAfter(tower: Watchtower, until: number, failed: (error: unknown) => void): Promise<void> {
  for (;;) {
    const isUnderWay = await tower.tend().catch((error: unknown) => {
      failed(error);
      return false;
    });
    const left = until - Date.now();
    if (left <= 0) return;
    await sleep(isUnderWay ? Math.min(POLLING, left) : left);
  }
}

/** `rmps watch`: answers closes that concede too little with the proofs of exported bundles, until all are closed. */
export async function watch(paths: string[], { once, interval }: WatchOptions, context: Context): Promise<void> {
  const seconds = Number(interval);
  if (!(seconds > 0))
    throw new SenderError("configuration", "--interval: no number of seconds", "Give one, such as 15.");
  await checkApart(paths, defaultStatePath(context.around.env));
  const chain = await context.chain();
  const bundles = new Bundles(chain, paths);
  const refuse = (error: unknown) => {
    throw error;
  };
  const tower = new Watchtower(chain, context, await bundles.read(refuse));
  if (tower.bundles.length === 0) {
    const remedy = "Export some first, as GET /channels/{sender}/{id}/proof of the receiver's API answers.";
    throw new SenderError("configuration", `there is no bundle in ${paths.join(", ")}`, remedy);
  }
  context.output.note(`watching ${tower.bundles.length} channel(s)`);
  if (once) return lookOnce(tower, chain);
  // Whatever fails must not keep others from being defended; a watchtower goes on.
  const failed = (error: unknown, id?: Hex) => {
    const message = error instanceof Error ? error.message : String(error);
    const remedy = error instanceof SenderError ? `\n      ${error.remedy}` : "";
    context.output.note(`${id === undefined ? "" : `${shortId(id)}: `}${message}; trying again${remedy}`);
  };
  for (;;) {
    const until = Date.now() + seconds * 1000;
    const { left } = await tower.round(failed).catch((error: unknown) => {
      failed(error);
      return { left: true };
    });
    if (!left) return lookAfter(tower, 0, failed); // says what was mined by then
    await lookAfter(tower, until, failed);
    tower.bundles = await bundles.read(failed);
  }
}
