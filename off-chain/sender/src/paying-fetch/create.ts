import { memoryStore } from "../book/memory-store.ts";
import type { Store } from "../book/store.ts";
import { Channels, type ChannelsOptions } from "../channel/channels.ts";
import type { Exit } from "../channel/exit.ts";
import type { Managers } from "../channel/managers.ts";
import { redirected, MAX_REDIRECTS } from "../http/redirect.ts";
import { prepare } from "../http/request.ts";
import type { SenderEvent } from "./events.ts";
import { Finisher } from "./finisher.ts";
import type { Limits, Pins } from "./limits.ts";
import { offerChecker } from "./offer-check.ts";
import { Pool } from "./pool.ts";
import { Prices, type KnownPrice } from "./prices.ts";
import { Till } from "./till.ts";

/** How to pay. */
export interface PayingFetchOptions extends Omit<ChannelsOptions, "store">, Pins {
  /** Where the book is kept; in memory by default. In Node use `fileStore()`, in a browser `webStore(localStorage, …)`. */
  store?: Store;
  /** What the sender is willing to do; see there for the defaults. */
  limits?: Limits;
  /** Managers to trust beside (or instead of) those that `@rmps/contracts` ships, by chain id. */
  managers?: Managers;
  /** Requests that may be under way on one channel, after the first; 16 by default. */
  maxInFlight?: number;
  /** A price that the program knows: then also the first request is paid at once, where the receiver is known. */
  price?: KnownPrice;
  /** Paths that cost the same, such as `/articles/:id`: the price of one is known from another. */
  pathPatterns?: readonly string[];
  /** How often a payment that the receiver cannot take just now is repeated; 5 by default. */
  retries?: number;
  /** Milliseconds for which a deposit may take to be confirmed; 5 minutes by default. */
  confirmationTimeout?: number;
  /** Whether channels are finalized by themselves when due, as long as the process lives; true by default. */
  autoFinalize?: boolean;
  /** Told of openings, payments and refusals. */
  onEvent?: (event: SenderEvent) => void;
}

/** A `fetch` that pays. */
export interface PayingFetch {
  (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response>;
  /**
   * Ends channels and brings back what was not spent: by agreement at once, else by the challenge period, after which
   * `finalize` is due. Waits for requests under way; a request that is made meanwhile waits for another channel.
   * @param only which of this wallet's channels in the store: those used at one origin; all by default.
   */
  close(only?: { origin?: string }): Promise<Exit[]>;
  /** Finishes what `close` began, also in an earlier process: finalizes all that is due, asks again where it must. */
  finalize(): Promise<Exit[]>;
  /** The channels of this wallet, and the book of them. */
  readonly channels: Promise<Channels>;
}

const CONFIRMATION_TIMEOUT = 5 * 60_000;

/**
 * A drop-in `fetch` that pays for what answers 402, within the sender's own limits.
 * @throws LimitExceededError (from the call) where an offer exceeds them: nothing was signed. See `SenderError`.
 */
export function createPayingFetch(options: PayingFetchOptions): PayingFetch {
  const platform: typeof fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const managers = options.managers ?? {};
  const report = options.onEvent ?? (() => undefined);
  const setUp = async () => {
    const channels = await Channels.create({ ...options, fetch: platform, store: options.store ?? memoryStore() });
    const pool = new Pool({ channels, managers, maxInFlight: options.maxInFlight ?? 16, report });
    const patience = {
      retries: options.retries ?? 5,
      confirmation: options.confirmationTimeout ?? CONFIRMATION_TIMEOUT,
    };
    const prices = new Prices(options.price, options.pathPatterns ?? []);
    const allowInsecure = options.allowInsecure ?? false;
    const limitsFor = offerChecker(options, channels, managers);
    const till = new Till({ channels, pool, prices, patience, report, fetch: platform, allowInsecure, limitsFor });
    const finisher = new Finisher(channels);
    const watch = async () => (options.autoFinalize === false ? undefined : finisher.watch());
    void watch().catch(() => undefined); // what an earlier process began; whoever pays learns of a broken store
    return { channels, pool, till, watch };
  };
  let ready: ReturnType<typeof setUp> | undefined;
  const once = () => (ready ??= setUp());

  const payingFetch = async (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> => {
    const { till } = await once();
    let request = await prepare(input, init);
    for (let hops = 0; ; hops++) {
      const response = await till.exchange(request);
      const next = redirected(request, response);
      if (next === undefined) return response;
      if (hops === MAX_REDIRECTS) throw new TypeError("too many redirects");
      void response.body?.cancel();
      request = next;
    }
  };

  return Object.assign(payingFetch, {
    async close(only: { origin?: string } = {}): Promise<Exit[]> {
      const { channels, pool, watch } = await once();
      const exits: Exit[] = [];
      for (const record of await channels.list()) {
        if (record.status === "closed" || record.status === "opening") continue;
        if (only.origin !== undefined && record.origin !== only.origin) continue;
        if ((await channels.factsOf(record)).deposit === 0n) continue; // nothing to get back
        await pool.retire(record);
        exits.push(await channels.close(record));
      }
      await watch();
      return exits;
    },
    async finalize(): Promise<Exit[]> {
      const { channels } = await once();
      return channels.finishAll();
    },
    get channels() {
      return once().then((parts) => parts.channels);
    },
  });
}
