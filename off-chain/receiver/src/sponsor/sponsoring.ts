import type { Address } from "@rmps/proofs";
import type { Logger } from "pino";
import type { Alarms } from "../alarms.ts";
import type { Errand, ErrandTools } from "../chain/settler/errand.ts";
import type { SettlerLoop } from "../chain/settler/loop.ts";
import type { Watcher } from "../chain/watcher/watcher.ts";
import type { Ledger } from "../ledger/types.ts";
import type { Store } from "../store/store.ts";
import { SponsorDesk } from "./desk.ts";
import { Submission } from "./submission.ts";
import type { SponsorPolicy } from "./types.ts";

/** Paying the gas of senders' deposits: where they ask, and what sends. */
export interface Sponsoring {
  readonly desk: SponsorDesk;
  readonly submission: Submission;
}

export interface SponsoringOptions {
  readonly policy: SponsorPolicy;
  readonly contract: Address;
  readonly store: Store;
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly watcher: Pick<Watcher, "time">;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Makes both halves in the order in which they can be made: the errand with the settler's loop, the desk over it. */
export function createSponsoring(options: SponsoringOptions) {
  const { policy, contract, store, alarms, watcher, now } = options;
  const log = options.log.child({ part: "sponsor" });
  let submission: Submission | undefined;
  return {
    errand: (tools: ErrandTools): Errand => {
      const books = { store: store.sponsorships, chain: store.chain };
      return (submission = new Submission({ ...tools, ...books, contract, policy, alarms, log, now }));
    },
    open: (settler: SettlerLoop, ledger: Ledger): Sponsoring | undefined => {
      if (submission === undefined) return undefined;
      const onError = (error: unknown) => log.error({ err: error }, "a deposit could not be sponsored");
      const time = () => watcher.time();
      return { submission, desk: new SponsorDesk({ policy, ledger, store, settler, submission, time, now, onError }) };
    },
  };
}
