import { channelId, ZERO_ADDRESS, type Terms } from "@rmps/proofs";

import { reserve } from "../../src/book/moves.ts";
import { newRecord, type ChannelRecord } from "../../src/book/record.ts";

export const TERMS: Terms = {
  sender: `0x${"11".repeat(20)}`,
  senderSigner: ZERO_ADDRESS,
  receiver: `0x${"22".repeat(20)}`,
  receiverSigner: ZERO_ADDRESS,
  token: `0x${"33".repeat(20)}`,
  challengePeriod: 3600,
  salt: `0x${"44".repeat(32)}`,
};

/** A record of an open channel with a large deposit; each `number` is another channel. */
export function makeRecord(number = 0, deposit = 10n ** 30n, settled = 0n): ChannelRecord {
  const terms: Terms = { ...TERMS, salt: `0x${number.toString(16).padStart(64, "0")}` };
  const manager = { chainId: 31337n, contract: `0x${"55".repeat(20)}` as const };
  return newRecord({ ...manager, id: channelId(terms, manager), terms, status: "open", deposit }, settled);
}

/** The balance that is set aside, or a failed test. */
export function take(record: ChannelRecord, price: bigint): bigint {
  const reservation = reserve(record, price);
  if (reservation.kind !== "reserved") throw new Error(reservation.kind);
  return reservation.balance;
}
