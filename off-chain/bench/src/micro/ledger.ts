import type { ChargeOutcome, Store } from "@rmps/receiver";
import { readPayment, writeReceipt, type Receipt } from "@rmps/wire";
import { ledgerOver } from "../ours/receiver.ts";
import { balanceOf, idOf, signatureOf } from "../vouchers/ours.ts";
import { CONNECTIONS, MANAGER, PRICE, RECEIVER, termsOf } from "../world.ts";
import type { Case } from "./case.ts";

let turn = 0;
const next = (): number => (turn = (turn + 1) % CONNECTIONS);

/** Headers of a request as Node gives them, with what clients send besides. */
function headersOf(index: number): Record<string, string> {
  return {
    host: "localhost:5000",
    connection: "keep-alive",
    accept: "*/*",
    "user-agent": "bench",
    "rdn-channel-id": idOf(index),
    "rdn-sender-balance": String(balanceOf(0)),
    "rdn-balance-signature": signatureOf(index, 0),
  };
}

/** From headers to a payment, and from a charge to the headers of the answer. */
export function wire(): readonly Case[] {
  const requests = Array.from({ length: CONNECTIONS }, (_, index) => headersOf(index));
  const receipt: Receipt = {
    gatewayPath: "/api/1",
    cost: PRICE,
    manager: MANAGER,
    receiver: RECEIVER,
    sender: termsOf(0).sender,
    channelId: idOf(0),
    accepted: balanceOf(0),
    spent: balanceOf(0),
    timestamp: Date.now(),
  };
  return [
    {
      name: "decode: RDN headers",
      run: () => {
        if (readPayment(requests[next()]!).kind !== "payment") throw new Error("not read");
      },
    },
    { name: "encode: RDN receipt", run: () => writeReceipt("rdn", receipt) },
  ];
}

/**
 * Verify and decide, over a store that agrees without writing anything: what the ledger costs by itself.
 * @param store a store with the bench's channels, which is only read.
 */
export async function ledgerStep(store: Store): Promise<Case> {
  for (let index = 0; index < CONNECTIONS; index++) await store.channel(idOf(index));
  const agreed: ChargeOutcome = { kind: "charged", charge: "1", accepted: PRICE, spent: PRICE };
  const agreeing = Object.assign(Object.create(null) as Store, {
    cached: store.cached.bind(store),
    channel: store.channel.bind(store),
    charge: () => Promise.resolve(agreed),
  });
  const ledger = ledgerOver(agreeing);
  const proofs = Array.from({ length: CONNECTIONS }, (_, index) => ({
    channelId: idOf(index),
    balance: balanceOf(0),
    signature: signatureOf(index, 0),
  }));
  return {
    name: "ledger: verify and decide",
    run: async () => {
      const verdict = await ledger.pay(proofs[next()]!, { price: PRICE });
      if (verdict.kind !== "paid") throw new Error(`the ledger refused: ${JSON.stringify(verdict)}`);
    },
  };
}

/** A whole check: headers, proof and ledger, over a store that agrees. What the rivals' checks are compared with. */
export async function wholeCheck(store: Store): Promise<Case> {
  const ledger = await ledgerStep(store);
  const [decode] = wire();
  return {
    name: "check: ours",
    run: () => {
      decode!.run();
      return ledger.run();
    },
  };
}
