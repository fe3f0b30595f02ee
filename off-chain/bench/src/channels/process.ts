/** A receiver with many channels in its store: how it starts, what it weighs, what a payment costs. */
import { signBalanceProof, type Hex } from "@rmps/proofs";
import type { Ledger } from "@rmps/receiver";
import { ledgerOver, open, seed } from "../ours/receiver.ts";
import { say, settings } from "../process/child.ts";
import { balanceOf, idOf } from "../vouchers/ours.ts";
import { CONNECTIONS, MANAGER, PRICE, payerKey } from "../world.ts";

/** What a process says when it can take payments. */
export interface Started {
  /** From the start of the process to the first payment that is durable, ms. */
  readonly start: number;
  /** Resident memory then, bytes: no channel has been asked for yet but one. */
  readonly rss: number;
}

/** What some payments cost. */
export interface Round {
  /** CPU time of a payment, µs. */
  readonly cpu: number;
}

/** What it weighs after all payments. */
export interface Weight {
  /** Resident memory once the bench's own proofs are collected, bytes. */
  readonly rss: number;
}

const order = settings<{ file: string; channels: number; fill: boolean }>();

interface Proof {
  readonly channelId: Hex;
  readonly balance: bigint;
  readonly signature: Hex;
}

function proof(index: number, turn: number): Proof {
  const [channelId, balance] = [idOf(index), balanceOf(turn)];
  return { channelId, balance, signature: signBalanceProof({ ...MANAGER, channelId, balance }, payerKey(index)) };
}

async function payOne(ledger: Ledger, presented: Proof): Promise<void> {
  const verdict = await ledger.pay(presented, { price: PRICE });
  if (verdict.kind !== "paid") throw new Error(`the ledger refused: ${JSON.stringify(verdict)}`);
  await ledger.finish(verdict.charge);
}

/** CPU time of each payment, in waves of as many as there are connections, µs. */
async function cost(ledger: Ledger, proofs: readonly Proof[]): Promise<number> {
  const before = process.cpuUsage();
  for (let from = 0; from < proofs.length; from += CONNECTIONS) {
    await Promise.all(proofs.slice(from, from + CONNECTIONS).map((presented) => payOne(ledger, presented)));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / proofs.length;
}

/** Coprime to the numbers of channels: every channel pays once before one pays again. */
const STRIDE = 7919;

const turns = new Map<number, number>();
let walked = 0;

/** Fresh proofs: of always the same channels, or each of another one. */
function proofs(which: "few" | "many", payments: number): Proof[] {
  return Array.from({ length: payments }, (_, turn) => {
    const index = which === "few" ? turn % CONNECTIONS : (++walked * STRIDE) % order.channels;
    const next = turns.get(index) ?? 0;
    turns.set(index, next + 1);
    return proof(index, next);
  });
}

const store = await open(order.file);
if (order.fill) {
  await seed(store, order.channels);
  await store.close();
  say({ kind: "filled" });
  process.disconnect?.();
} else {
  const ledger = ledgerOver(store);
  await payOne(ledger, proofs("few", 1)[0]!);
  // The clock counts from the start of the process.
  say({ kind: "started", start: performance.now(), rss: process.memoryUsage.rss() });
  process.on("message", (message: { kind: "weigh" } | { kind: "pay"; which: "few" | "many"; payments: number }) => {
    if (message.kind === "weigh") {
      // The bench's own proofs go, and the pages that they were on go back to the system.
      globalThis.gc?.({ type: "major", flavor: "last-resort", execution: "sync" });
      return say({ kind: "weight", rss: process.memoryUsage.rss() });
    }
    cost(ledger, proofs(message.which, message.payments)).then(
      (cpu) => say({ kind: "round", cpu }),
      (error: unknown) => say({ kind: "failed", reason: String(error) }),
    );
  });
}
