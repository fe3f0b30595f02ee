import type { ChargeOutcome, Store } from "@rmps/receiver";
import {
  DIALECTS,
  readChallenge,
  readPayment,
  writeChallenge,
  writePayment,
  writeReceipt,
  type DialectName,
  type HeaderMap,
  type Receipt,
} from "@rmps/wire";
import { ledgerOver } from "../ours/receiver.ts";
import { balanceOf, idOf, signatureOf } from "../vouchers/ours.ts";
import { CONNECTIONS, MANAGER, OFFER, PATH, PRICE, RECEIVER, termsOf } from "../world.ts";
import type { Case } from "./case.ts";

let turn = 0;
const next = (): number => (turn = (turn + 1) % CONNECTIONS);

const KEY = new Uint8Array(32).fill(7);
const OPTIONS = { dialects: DIALECTS, challengeKey: KEY } as const;

/** What the receiver offers, in all dialects. */
function challenge(): HeaderMap {
  const request = { url: `http://localhost:5000${PATH}`, method: "GET", expires: Date.now() + 86_400_000 };
  return writeChallenge({ offer: OFFER }, request, OPTIONS);
}

/** Headers of a request as Node gives them, with what clients send besides. */
function requestsIn(dialect: DialectName): Record<string, string>[] {
  const reading = readChallenge(challenge(), [dialect]);
  if (reading.kind !== "challenge") throw new Error(`no offer in the dialect ${dialect}`);
  const { echo } = reading.challenge;
  return Array.from({ length: CONNECTIONS }, (_, index) => {
    const payment = { channelId: idOf(index), balance: balanceOf(0), signature: signatureOf(index, 0) };
    const headers = Object.entries(writePayment(payment, echo)).map(([name, value]) => [name.toLowerCase(), value]);
    return {
      host: "localhost:5000",
      connection: "keep-alive",
      accept: "*/*",
      "user-agent": "bench",
      ...(Object.fromEntries(headers) as Record<string, string>),
    };
  });
}

function decoding(name: string, dialect: DialectName): Case {
  const requests = requestsIn(dialect);
  return {
    name: `decode: ${name}`,
    run: () => {
      if (readPayment(requests[next()]!, OPTIONS).kind !== "payment") throw new Error("not read");
    },
  };
}

/** From headers to a payment, and from a charge to the headers of the answer. */
export function wire(): readonly Case[] {
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
    decoding("RDN headers", "rdn"),
    decoding("Payment credential", "payment"),
    decoding("x402 payload", "x402"),
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
