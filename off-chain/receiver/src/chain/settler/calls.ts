import { IChannelManager__factory } from "@rmps/contracts";
import type { Hex } from "@rmps/proofs";
import type { Agreement, Proof } from "../../store/channel.ts";
import type { ChannelRecord } from "../../store/channel.ts";
import type { Batch } from "./policy.ts";

const manager = IChannelManager__factory.createInterface();

function proofOf(channel: ChannelRecord): Proof {
  return channel.proof ?? { balance: 0n, signature: "0x" };
}

/** Calldata of `settle` for one channel, of `settleMany` for several with equal receiver, token and period. */
export function settleCall(batch: Batch): Hex {
  const [{ channel, amount }] = batch;
  const { terms } = channel;
  if (batch.length === 1) {
    const { balance, signature } = proofOf(channel);
    return manager.encodeFunctionData("settle", [terms, amount, balance, signature]) as Hex;
  }
  const claims = batch.map((row) => ({
    sender: row.channel.terms.sender,
    senderSigner: row.channel.terms.senderSigner,
    salt: row.channel.terms.salt,
    amount: row.amount,
    balance: proofOf(row.channel).balance,
    proof: proofOf(row.channel).signature,
  }));
  const { receiver, receiverSigner, token, challengePeriod } = terms;
  return manager.encodeFunctionData("settleMany", [receiver, receiverSigner, token, challengePeriod, claims]) as Hex;
}

/** Calldata of `close` at the agreement's amount; without one the caller has to be the receiver or its signer. */
export function closeCall(channel: ChannelRecord, amount: bigint, agreement?: Agreement): Hex {
  const { balance, signature } = proofOf(channel);
  const { deadline, signature: signed } = agreement ?? { deadline: 0n, signature: "0x" as const };
  return manager.encodeFunctionData("close", [channel.terms, amount, balance, signature, deadline, signed]) as Hex;
}
