import type { ChannelRecord } from "./record.ts";

/**
 * Agrees to what a sponsored deposit costs, before anybody is asked for it. Of all authorizations that are signed while
 * the channel holds the same only one can ever be used, so that however often it is asked, one fee is agreed to: the
 * highest.
 * @param held what the channel holds before the deposit.
 * @returns by how much what was agreed to rose.
 */
export function agreeFee(record: ChannelRecord, held: bigint, fee: bigint): bigint {
  const agreed = record.sponsored?.held === held ? record.sponsored.fee : 0n;
  if (fee <= agreed) return 0n;
  record.sponsored = { held, fee };
  record.fee += fee - agreed;
  return fee - agreed;
}

/**
 * Takes back what an agreement rose by: the receiver refused the deposit. What a payment has counted as spent meanwhile
 * becomes credit.
 */
export function withdrawFee(record: ChannelRecord, held: bigint, rise: bigint): void {
  if (record.sponsored?.held === held) record.sponsored.fee -= rise;
  const pending = record.fee < rise ? record.fee : rise;
  record.fee -= pending;
  record.charged -= rise - pending;
}
