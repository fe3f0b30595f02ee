import type { Store } from "../book/store.ts";
import type { Managers } from "../channel/managers.ts";
import type { ChannelsOptions } from "../channel/options.ts";
import type { SenderEvent } from "./events.ts";
import type { Limits, Pins } from "./limits.ts";

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
