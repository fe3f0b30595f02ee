import { readChallenge, writePayment, type DialectName } from "@rmps/wire";
import { balanceOf, idOf, signatureOf } from "./ours.ts";
import { unpaid, type Voucher } from "./voucher.ts";

/** Our proofs in one of our dialects, in answer to the challenge that the server makes in it. */
export function voucherIn(dialect: DialectName): Voucher {
  return async (port) => {
    const reading = readChallenge(await unpaid(port), [dialect]);
    if (reading.kind !== "challenge") throw new Error(`no offer in the dialect ${dialect}: ${reading.kind}`);
    const { echo } = reading.challenge;
    return (index, turn) =>
      writePayment({ channelId: idOf(index), balance: balanceOf(turn), signature: signatureOf(index, turn) }, echo);
  };
}
