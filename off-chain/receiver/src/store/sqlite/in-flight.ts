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

  /** Ends a charge. @returns it, the first time, to be released; undefined ever after. */
  end(id: ChargeId): OpenCharge | undefined {
    const charge = this.#charges.get(id);
    this.#charges.delete(id);
    return charge;
  }

  /** Counts an ended charge as in flight no more. */
  release({ channelId, price }: OpenCharge): void {
    const rest = this.of(channelId) - price;
    if (rest === 0n) this.#sums.delete(channelId);
    else this.#sums.set(channelId, rest);
  }

  /** What is in flight on a channel. */
  of(channelId: Hex): bigint {
    return this.#sums.get(channelId) ?? 0n;
  }
}
