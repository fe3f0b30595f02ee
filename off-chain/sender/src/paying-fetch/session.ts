import { memoryStore } from "../book/memory-store.ts";
import type { ChannelRecord } from "../book/record.ts";
import type { Store } from "../book/store.ts";
import { Channels } from "../channel/channels.ts";
import { forEach } from "../channel/each.ts";
import type { Exit } from "../channel/exit.ts";
import type { ChannelsOptions } from "../channel/options.ts";
import type { Managers } from "../channel/managers.ts";
import { harmless } from "../harmless.ts";
import { platformFetch } from "../http/request.ts";
import { checkOptions } from "./check-options.ts";
import type { SenderEvent } from "./events.ts";
import type { Limits, Pins } from "./limits.ts";
import { offerChecker, type OfferChecker } from "./offer-check.ts";
import { Pool } from "./pool.ts";

/** With what, whom and how much to pay. */
export interface SessionOptions extends Omit<ChannelsOptions, "store">, Pins {
  /** Where the book is kept; in memory by default. In Node use `fileStore()`, in a browser `webStore(localStorage, …)`. */
  store?: Store;
  /** What the sender is willing to do; see there for the defaults. */
  limits?: Limits;
  /** Managers to trust beside (or instead of) those that `@rmps/contracts` ships, by chain id. */
  managers?: Managers;
  /**
   * Whether receivers are asked to pay the gas of deposits, where they offer to and for `limits.maxSponsorFee` at most:
   * by default if the account lacks gas money.
   */
  sponsored?: "never" | "if-needed" | "always";
  /** Requests that may be under way on one channel, after the first; 16 by default. */
  maxInFlight?: number;
  /** Told of openings, payments and refusals. What it throws is written to the console once; payments go on. */
  onEvent?: (event: SenderEvent) => void;
}

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
    status !== "closed" && status !== "opening" && (only.origin === undefined || origin === only.origin);
  return forEach((await channels.list()).filter(isMeant), async (record) => {
    if ((await channels.factsOf(record)).deposit === 0n) return undefined; // nothing to get back
    await pool.retire(record);
    return channels.close(record);
  });
}
