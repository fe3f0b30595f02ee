import type { Store } from "@rmps/receiver";
import { balanceOf, idOf, signatureOf } from "../vouchers/ours.ts";
import { CONNECTIONS, PRICE } from "../world.ts";

/** How fast a store makes charges durable. */
export interface Commits {
  /** Requests that wait at once. */
  readonly atOnce: number;
  /** Charges a second, by the clock on the wall. */
  readonly rate: number;
  /** CPU time of the process for each, µs. */
  readonly cpu: number;
}

/**
 * Charges `atOnce` payments at a time, each wave when the last is durable.
 * @param milliseconds how long.
 */
export async function commits(store: Store, atOnce: number, milliseconds: number): Promise<Commits> {
  const signature = signatureOf(0, 0); // The store takes signatures as they are: they were verified before.
  let charges = 0;
  const turns = new Array<number>(CONNECTIONS).fill(0);
  const starts = await Promise.all(turns.map((_, index) => store.channel(idOf(index))));
  for (const [index, channel] of starts.entries()) turns[index] = Number((channel?.accepted ?? 0n) / PRICE);

  const before = process.cpuUsage();
  const began = performance.now();
  while (performance.now() - began < milliseconds) {
    const wave = Array.from({ length: atOnce }, async (_, which) => {
      const index = which % CONNECTIONS;
      const balance = balanceOf(turns[index]!++);
      const outcome = await store.charge({ channelId: idOf(index), balance, signature, price: PRICE });
      if (outcome.kind !== "charged") throw new Error(`the store refused: ${JSON.stringify(outcome)}`);
      await store.finish(outcome.charge);
    });
    await Promise.all(wave);
    charges += atOnce;
  }
  const { user, system } = process.cpuUsage(before);
  return { atOnce, rate: (charges / (performance.now() - began)) * 1000, cpu: (user + system) / charges };
}
