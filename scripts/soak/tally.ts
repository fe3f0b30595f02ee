/** Unexpected answers told in full; the rest is counted. */
const TOLD = 20;

/** What happened during a soak. */
export class Tally {
  requests = 0;
  paid = 0;
  /** In the token's smallest unit. */
  revenue = 0n;
  opened = 0;
  toppedUp = 0;
  closed = 0;
  garbage = 0;
  /** Requests that were told to come again, since too much was under way. */
  busy = 0;
  surprises = 0;

  unexpected(what: string): void {
    if (this.surprises++ < TOLD) console.error(`UNEXPECTED ${what}`);
  }
}
