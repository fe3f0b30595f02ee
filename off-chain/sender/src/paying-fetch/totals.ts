import type { Offer } from "@rmps/wire";
import { LimitExceededError } from "../errors.ts";
import type { ResolvedLimits } from "./limits.ts";

/** What was paid altogether in one session, prices under way included, by token. */
export class Totals {
  readonly #paid = new Map<string, bigint>();
  /** What was taken by ending a channel, by the channel's key. */
  readonly #taken = new Map<string, bigint>();

  /** Whether one more price may be paid. @throws LimitExceededError */
  check(offer: Offer, { maxTotal }: ResolvedLimits): void {
    const total = this.#of(offer) + offer.price;
    if (total > maxTotal) throw new LimitExceededError("maxTotal", total, maxTotal, { token: offer.token });
  }

  /** Counts an amount; a negative one takes back what was counted and not paid. */
  add(offer: Offer, amount: bigint): void {
    this.#paid.set(keyOf(offer), this.#of(offer) + amount);
  }

  /** Counts, once for each channel, what a receiver took by ending it. @param amount altogether. */
  take(channel: string, offer: Offer, amount: bigint): void {
    this.add(offer, amount - (this.#taken.get(channel) ?? 0n));
    this.#taken.set(channel, amount);
  }

  #of(offer: Offer): bigint {
    return this.#paid.get(keyOf(offer)) ?? 0n;
  }
}

function keyOf({ manager, token }: Offer): string {
  return `${manager.chainId}:${token}`;
}
