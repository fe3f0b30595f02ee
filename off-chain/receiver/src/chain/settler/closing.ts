import { ZERO_ADDRESS, type Address } from "@rmps/proofs";
import type { AgreementSigner } from "../../ledger/types.ts";
import type { Agreement, ChannelRecord } from "../../store/channel.ts";
import { SETTLE_GAS, settlementOf, worth, type Economics } from "./policy.ts";

/** For how long an agreement that we submit ourselves is good, in seconds. */
const OWN_AGREEMENT = 3600n;

/**
 * Channels that were agreed to end, but whose sender let the agreement expire without submitting it: those that are
 * worth closing. (One that asked to close on chain instead is a dispute.)
 * @param time Unix seconds on the chain's clock.
 */
export function overdueAgreements(
  channels: readonly ChannelRecord[],
  economics: Economics,
  time: number,
): ChannelRecord[] {
  return channels.filter((channel) => {
    if (channel.agreement === undefined || channel.closesAt !== 0) return false;
    const gain = settlementOf(channel)?.gain ?? 0n;
    return channel.agreement.deadline < BigInt(time) && gain > 0n && gain >= worth(SETTLE_GAS, economics);
  });
}

/** With what a channel can be closed from the receiver's side. */
export interface CloseTerms {
  readonly amount: bigint;
  /** Undefined: the caller is the receiver or its signer, which needs none. */
  readonly agreement: Agreement | undefined;
}

/**
 * How to close at what was spent: by the receiver's own right where the gas account has it, else with a fresh
 * agreement, which anyone may submit.
 * @returns undefined where there is neither, or no proof for what was spent.
 */
export async function closeTransaction(
  channel: ChannelRecord,
  by: { gasAddress: Address; signer: AgreementSigner | undefined; time: number },
): Promise<CloseTerms | undefined> {
  const { proof, settled, spent, inFlight, terms, id } = channel;
  if (inFlight > 0n) return undefined; // soon
  const covered = proof === undefined || proof.balance < spent ? (proof?.balance ?? 0n) : spent;
  const amount = covered > settled ? covered : settled;
  const ours = by.gasAddress !== ZERO_ADDRESS && [terms.receiver, terms.receiverSigner].includes(by.gasAddress);
  if (ours) return { amount, agreement: undefined };
  if (by.signer === undefined || proof === undefined || proof.balance < amount) return undefined;
  const deadline = BigInt(by.time) + OWN_AGREEMENT;
  return { amount, agreement: { amount, deadline, signature: await by.signer({ channelId: id, amount, deadline }) } };
}
