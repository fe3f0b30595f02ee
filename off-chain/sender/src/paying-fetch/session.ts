import { memoryStore } from "../book/memory-store.ts";
import type { ChannelRecord } from "../book/record.ts";
import { Channels } from "../channel/channels.ts";
import { forEach } from "../channel/each.ts";
import type { Exit } from "../channel/exit.ts";
import { harmless } from "../harmless.ts";
import { platformFetch } from "../http/request.ts";
import { checkOptions } from "./check-options.ts";
import type { SenderEvent } from "./events.ts";
import { offerChecker, type OfferChecker } from "./offer-check.ts";
import type { SessionOptions } from "./options.ts";
import { Pool } from "./pool.ts";

/** What payments are made with, from the first to the last. */
export interface Session {
  channels: Channels;
  pool: Pool;
  limitsFor: OfferChecker;
  report: (event: SenderEvent) => void;
  fetch: typeof fetch;
}

/**
 * @param own names of options that the client has for itself.
 * @throws SenderError `configuration` where an option has another name than is known, or is missing or malformed.
 */
export async function openSession(options: SessionOptions, own: Readonly<Record<string, true>>): Promise<Session> {
  checkOptions(options, own);
  const platform = options.fetch ?? platformFetch;
  const managers = options.managers ?? {};
  const report = harmless("onEvent", options.onEvent);
  const channels = await Channels.create({ ...options, fetch: platform, store: options.store ?? memoryStore() });
  const { maxInFlight = 16, sponsored = "if-needed" } = options;
  const pool = new Pool({ channels, managers, maxInFlight, sponsored, report });
  return { channels, pool, limitsFor: offerChecker(options, channels, managers), report, fetch: platform };
}

/** Closes channels of a session's wallet; see `PayingFetch.close`. */
export async function closeAll({ channels, pool }: Session, only: { origin?: string } = {}): Promise<Exit[]> {
  const isMeant = ({ status, origin }: ChannelRecord) =>
    status !== "closed" && (only.origin === undefined || origin === only.origin);
  const isOpening = ({ status }: ChannelRecord) => status === "opening";
  const all = (await channels.list()).filter(isMeant);
  all.sort((a, b) => Number(isOpening(a)) - Number(isOpening(b))); // these may take long, and hold up no other
  return forEach(all, async (record) => {
    if (isOpening(record)) {
      await pool.idle(); // by a request that is under way
      await channels.transactions.awaitDeposit(record); // by an earlier call, which gave up on it
    }
    if ((await channels.factsOf(record)).deposit === 0n) return undefined; // nothing to get back
    await pool.retire(record);
    return channels.close(record);
  });
}
