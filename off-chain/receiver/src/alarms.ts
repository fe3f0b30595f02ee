import type { Logger } from "pino";

/** What an operator has to do something about; docs/operations.md has a page for each. */
export const ALARM_NAMES = [
  /** The gas account cannot pay for a dispute: no payments are taken until it can. */
  "gas-money",
  /** The gas account could not pay for disputing on all channels at once. */
  "gas-money-low",
  /** No node answers. */
  "rpc",
  /** Nodes say different things about the same blocks: deposits in these do not count. */
  "nodes-disagree",
  /** The settler's rounds fail. */
  "settler",
  /** Answers on chain take too long for some challenge periods: channels with these take no payments. */
  "slow-chain",
  /** A dispute is not mined and most of its challenge period is over. */
  "time-short",
  /** What may be spent on sponsoring in a day is spent. */
  "sponsor-budget",
  /** A close below what was spent, and no gas key here to dispute it. */
  "undefended",
  /** The store fails. */
  "store",
] as const;

/** One of `ALARM_NAMES`. */
export type AlarmName = (typeof ALARM_NAMES)[number];

/** Which alarms ring. Each change is logged once; metrics and health read them. */
export class Alarms {
  readonly #log: Logger;
  readonly #ringing = new Map<AlarmName, string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Rings or ends an alarm. @param detail what is wrong, for the log and the operator. */
  set(name: AlarmName, rings: boolean, detail: string): void {
    const before = this.#ringing.has(name);
    if (rings) this.#ringing.set(name, detail);
    else this.#ringing.delete(name);
    if (rings && !before) this.#log.error({ alarm: name }, detail);
    if (!rings && before) this.#log.info({ alarm: name }, "alarm over");
  }

  rings(name: AlarmName): boolean {
    return this.#ringing.has(name);
  }

  /** All that ring, with what is wrong. */
  list(): { name: AlarmName; detail: string }[] {
    return [...this.#ringing].map(([name, detail]) => ({ name, detail }));
  }
}
