import type { Hex } from "@rmps/proofs";
import type { ChargeId } from "../store.ts";

/** A charge whose request is not finished. */
export interface OpenCharge {
  readonly channelId: Hex;
  readonly price: bigint;
  readonly idempotency: Hex | undefined;
}

/** Charges that may yet be undone. Kept in memory only: what was in flight when the process died stays charged. */
export class InFlight {
  readonly #charges = new Map<ChargeId, OpenCharge>();
  readonly #sums = new Map<Hex, bigint>();
  #last = 0;

  /** A name that no other charge of this process has. */
  next(): ChargeId {
    return String(++this.#last);
  }

  add(id: ChargeId, charge: OpenCharge): void {
    this.#charges.set(id, charge);
    this.#sums.set(charge.channelId, this.of(charge.channelId) + charge.price);
  }

  /** Removes a charge. @returns it, the first time; undefined ever after. */
  take(id: ChargeId): OpenCharge | undefined {
    const charge = this.#charges.get(id);
    if (charge === undefined) return undefined;
    this.#charges.delete(id);
    const rest = this.of(charge.channelId) - charge.price;
    if (rest === 0n) this.#sums.delete(charge.channelId);
    else this.#sums.set(charge.channelId, rest);
    return charge;
  }

  /** What is in flight on a channel. */
  of(channelId: Hex): bigint {
    return this.#sums.get(channelId) ?? 0n;
  }
}
