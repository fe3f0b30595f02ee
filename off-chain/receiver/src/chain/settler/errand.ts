import type { QueuedTransaction } from "../../store/transactions.ts";
import type { Situation } from "./fates.ts";
import type { GasAccount } from "./gas-account.ts";
import type { GasWatch } from "./gas-watch.ts";
import type { Outbox } from "./outbox.ts";

/** What an errand may use. */
export interface ErrandTools {
  readonly account: GasAccount;
  readonly outbox: Outbox;
  readonly gas: GasWatch;
}

/** Less urgent work that shares the settler's queue of transactions. */
export interface Errand {
  /** Called at the end of each round. @throws as a round may */
  round(situation: Situation): Promise<void>;
  /** Told what became of any transaction in the queue, before that is stored with it: again after a crash. */
  follow(row: QueuedTransaction): Promise<void>;
}
