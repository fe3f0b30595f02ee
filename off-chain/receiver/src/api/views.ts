import { writeBundle, writeTerms } from "@rmps/wire";
import { statusOf, type ChannelRecord } from "../store/channel.ts";
import type { Totals } from "../store/store.ts";
import type { ReceiverIdentity } from "../config/options.ts";
import type { Head } from "../store/chain.ts";
import type { SponsorPolicy } from "../sponsor/types.ts";
import type { Resolved } from "../config/resolve.ts";

/** A channel as operators see it. Never its proof: that has an address of its own. */
export function channelView(channel: ChannelRecord) {
  const { id, terms, agreement } = channel;
  return {
    id,
    ...writeTerms(terms),
    status: statusOf(channel),
    opened_block: channel.openedBlock ?? null,
    deposit: String(channel.deposit),
    confirmed_deposit: String(channel.confirmedDeposit),
    accepted: String(channel.accepted),
    spent: String(channel.spent),
    fee: String(channel.fee),
    in_flight: String(channel.inFlight),
    settled: String(channel.settled),
    closes_at: channel.closesAt,
    agreement:
      agreement === undefined ? null : { amount: String(agreement.amount), deadline: String(agreement.deadline) },
  };
}

/** On what terms the gas of deposits is paid; `min_deposit` has the fee in it. */
export function sponsoringView({ methods, minDeposit, fee }: SponsorPolicy) {
  return { methods, min_deposit: String(minDeposit + fee), fee: String(fee) };
}

/** What everyone may know about this receiver. */
export function statsView(
  { identity, terms, offeredPeriod, sponsor }: Resolved,
  totals: Totals,
  head: Head | undefined,
) {
  return {
    chain_id: Number(identity.chainId),
    contract: identity.contract,
    token: identity.token,
    receiver: identity.receiver,
    receiver_signer: identity.receiverSigner,
    challenge_period: offeredPeriod,
    min_challenge_period: terms.minChallengePeriod,
    max_challenge_period: terms.maxChallengePeriod,
    min_deposit: String(terms.minDeposit),
    sponsoring: sponsor === undefined ? null : sponsoringView(sponsor),
    channels: { open: totals.open, closing: totals.closing, closed: totals.closed },
    deposit: String(totals.deposit),
    accepted: String(totals.accepted),
    spent: String(totals.spent),
    settled: String(totals.settled),
    unsettled: String(totals.unsettled),
    block: head === undefined ? null : { number: head.number, hash: head.hash, confirmed: head.confirmed },
  };
}

/** Everything that a watchtower needs to defend a channel; undefined where there is no proof. Bears a secret: the proof. */
export function bundleView({ chainId, contract }: ReceiverIdentity, channel: ChannelRecord) {
  const { proof, terms, spent } = channel;
  if (proof === undefined) return undefined;
  const { balance, signature } = proof;
  const amount = spent < balance ? spent : balance;
  return writeBundle({ chainId, contract, id: channel.id, terms, amount, balance, proof: signature });
}
