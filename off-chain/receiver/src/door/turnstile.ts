import type { Hex } from "@rmps/proofs";
import type { Turnstile } from "../paywall/types.ts";
import type { Client } from "./client.ts";
import { RateLimit, type Rate } from "./rate-limit.ts";

/** Channels of which it is remembered from where they were paid last. */
const MAX_PAYERS = 100_000;

/** Limits by address and by channel. What ends up paid is not counted: whoever pays may come as often as he likes. */
export class Limits implements Turnstile {
  readonly #byAddress: RateLimit | undefined;
  readonly #byChannel: RateLimit | undefined;
  readonly #payers = new Map<Hex, string>();

  constructor(perAddress: Rate | false, perChannel: Rate | false, now: () => number) {
    this.#byAddress = perAddress === false ? undefined : new RateLimit(perAddress, now);
    this.#byChannel = perChannel === false ? undefined : new RateLimit(perChannel, now);
  }

  /** A request arrives. @returns 0, or the seconds after which it may come again. */
  arrive({ key }: Client): number {
    return key === undefined || this.#byAddress === undefined ? 0 : this.#byAddress.take(key);
  }

  /**
   * A proof on a channel is about to be checked. Whoever paid there last is let through: channel ids are public, and a
   * stranger's bad proofs must not lock out the sender.
   */
  enter(channelId: Hex, from: string): number {
    if (this.#byChannel === undefined || this.#payers.get(channelId) === from) return 0;
    return this.#byChannel.take(channelId);
  }

  paid(channelId: Hex, from: string): void {
    this.#byAddress?.giveBack(from);
    if (this.#byChannel === undefined || this.#payers.get(channelId) === from) return;
    this.#byChannel.giveBack(channelId);
    this.#payers.delete(channelId);
    this.#payers.set(channelId, from);
    if (this.#payers.size > MAX_PAYERS) this.#payers.delete(this.#payers.keys().next().value!);
  }
}
