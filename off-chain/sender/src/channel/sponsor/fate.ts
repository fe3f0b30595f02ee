import type { Provider } from "ethers";
import { observeDeposits } from "../../book/fees.ts";
import type { ChannelRecord, SponsoredDeposit } from "../../book/record.ts";
import type { Chain } from "../chain.ts";
import { depositIn, DEPOSITS } from "../deposit-event.ts";
import { searchBlocks } from "../ranges.ts";

/** By how many blocks a re-organization may put a deposit lower: Ethereum's finality takes two epochs of 32. */
const DEEPEST = 64;

/** Seconds after the last one in which a deposit can be made until its fate is certain: more than these 64 blocks take. */
const CERTAIN_AFTER = 900n;

/**
 * Looks which of a channel's sponsored deposits are on the chain. The receiver's word on that counts for nothing.
 * @returns what takes that over into the channel's record; where no node tells, it changes nothing.
 */
export async function lookForDeposits(
  { provider }: Chain,
  record: ChannelRecord,
): Promise<(current: ChannelRecord) => void> {
  const known = new Set(record.authorized?.map(({ data }) => data));
  if (known.size === 0) return () => undefined;
  const seen = await depositsInto(record, provider).catch(() => undefined);
  if (seen === undefined) return () => undefined;
  const { deposits, time } = seen;
  // The calldata may stand in that of a relay; that somebody deposits something else and carries it along is not enough.
  const isMade = ({ data, amount }: SponsoredDeposit) =>
    deposits.some((deposit) => deposit.amount === amount && deposit.call.includes(data.slice(2)));
  return (current) =>
    observeDeposits(
      current,
      (deposit) => (known.has(deposit.data) ? isMade(deposit) : undefined),
      ({ data, until }) => known.has(data) && time > until + CERTAIN_AFTER,
    );
}

/** Amount and calldata of deposits into a channel since one was asked for, and the newest block's time in Unix seconds. */
async function depositsInto(
  { contract: address, id, authorized = [] }: ChannelRecord,
  provider: Provider,
): Promise<{ deposits: { amount: bigint; call: string }[]; time: bigint }> {
  const head = (await provider.getBlock("latest"))!;
  const first = Math.max(0, Math.min(...authorized.map(({ since }) => Number(since))) - DEEPEST);
  const logs = await searchBlocks(first, head.number, (fromBlock, toBlock) =>
    provider.getLogs({ address, topics: [DEPOSITS, id], fromBlock, toBlock }),
  );
  const deposits = logs.map(async (log) => ({
    amount: depositIn(log).amount,
    call: (await provider.getTransaction(log.transactionHash))!.data,
  }));
  return { deposits: await Promise.all(deposits), time: BigInt(head.timestamp) };
}
