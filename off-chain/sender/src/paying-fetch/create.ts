import type { Channels } from "../channel/channels.ts";
import type { Exit } from "../channel/exit.ts";
import { redirected, MAX_REDIRECTS } from "../http/redirect.ts";
import { prepare } from "../http/request.ts";
import type { Names } from "./check-options.ts";
import { Finisher } from "./finisher.ts";
import { Prices, type KnownPrice } from "./prices.ts";
import type { SessionOptions } from "./options.ts";
import { closeAll, openSession } from "./session.ts";
import { Till } from "./till.ts";

/** How to pay. */
export interface PayingFetchOptions extends SessionOptions {
  /** A price that the program knows: then the first request is paid at once where a channel was used at its origin. */
  price?: KnownPrice;
  /** Paths that cost the same, such as `/articles/:id`: the price of one is known from another. */
  pathPatterns?: readonly string[];
  /** How often a payment that the receiver cannot take just now is repeated; 5 by default. */
  retries?: number;
  /** Milliseconds for which a deposit may take to be confirmed; 5 minutes by default. */
  confirmationTimeout?: number;
  /** Whether channels are finalized by themselves when due, as long as the process lives; true by default. */
  autoFinalize?: boolean;
}

/** A `fetch` that pays. */
export interface PayingFetch {
  (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response>;
  /**
   * Ends channels and brings back what was not spent: by agreement at once, else by the challenge period, after which
   * `finalize` is due. Waits for requests under way; a request that is made meanwhile waits for another channel.
   * @param only which of this wallet's channels in the store: those used at one origin; all by default.
   * @throws the first failure, such as that of a chain that `rpc` does not reach, once all others are ended.
   */
  close(only?: { origin?: string }): Promise<Exit[]>;
  /** Finishes what `close` began, also in an earlier process: finalizes all that is due, asks again where it must. */
  finalize(): Promise<Exit[]>;
  /** The channels of this wallet, and the book of them. */
  readonly channels: Promise<Channels>;
}

const CONFIRMATION_TIMEOUT = 5 * 60_000;

const OWN: Names<Omit<PayingFetchOptions, keyof SessionOptions>> = {
  price: true,
  pathPatterns: true,
  retries: true,
  confirmationTimeout: true,
  autoFinalize: true,
};

/**
 * A drop-in `fetch` that pays for what answers 402, within the sender's own limits.
 * @throws LimitExceededError (from the call) where an offer exceeds them: nothing was signed. See `SenderError`.
 */
export function createPayingFetch(options: PayingFetchOptions): PayingFetch {
  const setUp = async () => {
    const session = await openSession(options, OWN);
    const patience = {
      retries: options.retries ?? 5,
      confirmation: options.confirmationTimeout ?? CONFIRMATION_TIMEOUT,
    };
    const prices = new Prices(options.price, options.pathPatterns ?? []);
    const till = new Till({ ...session, prices, patience, allowInsecure: options.allowInsecure ?? false });
    const finisher = new Finisher(session.channels);
    const watch = async () => (options.autoFinalize === false ? undefined : finisher.watch());
    void watch().catch(() => undefined); // what an earlier process began; whoever pays learns of a broken store
    return { session, till, watch };
  };
  let ready: ReturnType<typeof setUp> | undefined;
  const once = () => {
    if (ready !== undefined) return ready;
    const attempt = setUp();
    attempt.catch(() => (ready = undefined)); // a wallet that was not there yet may be the next time
    return (ready = attempt);
  };

  const payingFetch = async (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> => {
    const { till } = await once();
    let request = await prepare(input, init);
    for (let hops = 0; ; hops++) {
      const response = await till.exchange(request);
      const next = redirected(request, response);
      if (next === undefined) {
        // As `fetch` says it of redirects that it followed itself.
        return hops === 0 ? response : Object.defineProperty(response, "redirected", { value: true });
      }
      if (hops === MAX_REDIRECTS) throw new TypeError("too many redirects");
      void response.body?.cancel();
      request = next;
    }
  };

  const methods = {
    async close(only?: { origin?: string }): Promise<Exit[]> {
      const { session, watch } = await once();
      const exits = await closeAll(session, only);
      await watch();
      return exits;
    },
    finalize: async (): Promise<Exit[]> => (await once()).session.channels.finishAll(),
  };
  const channels = { get: async () => (await once()).session.channels };
  return Object.defineProperty(Object.assign(payingFetch, methods), "channels", channels) as PayingFetch;
}
