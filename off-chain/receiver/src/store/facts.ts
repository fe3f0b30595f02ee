import type { ChainEvent } from "./chain.ts";
import type { ChannelFacts } from "./channel.ts";
import { CLOSED } from "./channel.ts";

/** The parts of an event that facts are made of; amounts in the token's smallest unit. */
export interface FactEvent {
  readonly kind: ChainEvent["kind"];
  readonly block: number;
  /** The deposit, or what is settled: the total that the event logs. */
  readonly amount: bigint;
  /** With `close-requested`; else 0. */
  readonly closesAt: number;
}

/** What is kept of an event. */
export function toFactEvent(event: ChainEvent): FactEvent {
  const { kind, block } = event;
  switch (kind) {
    case "opened":
    case "topped-up":
      return { kind, block, amount: event.deposit, closesAt: 0 };
    case "settled":
    case "closed":
      return { kind, block, amount: event.settled, closesAt: 0 };
    case "close-requested":
      return { kind, block, amount: event.settled, closesAt: event.closesAt };
  }
}

/**
 * A channel's facts from all its events.
 * @param events in the order of the chain.
 * @param confirmed highest block whose deposits count.
 */
export function foldFacts(events: readonly FactEvent[], confirmed: number): ChannelFacts {
  let openedBlock: number | undefined;
  let deposit = 0n;
  let confirmedDeposit = 0n;
  let settled = 0n;
  let closesAt = 0;
  for (const { kind, block, amount, closesAt: time } of events) {
    switch (kind) {
      case "opened":
        openedBlock = block;
        deposit = amount;
        break;
      case "topped-up":
        deposit = amount;
        break;
      case "settled":
        settled = amount;
        break;
      case "close-requested":
        settled = amount;
        closesAt = time;
        break;
      case "closed":
        settled = amount;
        closesAt = CLOSED;
        break;
    }
    if (block <= confirmed) confirmedDeposit = deposit;
  }
  return { openedBlock, deposit, confirmedDeposit, settled, closesAt };
}
