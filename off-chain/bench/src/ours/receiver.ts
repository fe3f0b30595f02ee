import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { channelId, type Hex } from "@rmps/proofs";
import { createLedger, openStore, type ChainEvent, type Head, type Ledger, type Store } from "@rmps/receiver";
import { CHALLENGE_PERIOD, DEPOSIT, MANAGER, RECEIVER, TOKEN, termsOf } from "../world.ts";

const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

/** Channels that one step of the chain brings. */
const STEP = 5_000;

/** The store's data lies where the bench lies: on a disk, not in memory, so that what is durable is really written. */
const DATA = join(import.meta.dirname, "..", "..", "data");

/** A directory for one run, gone when the process ends. */
export function dataDirectory(): string {
  mkdirSync(DATA, { recursive: true });
  const directory = mkdtempSync(join(DATA, "run-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The chain's head, read just now: sales stop where it gets old. */
export function head(): Head {
  const now = Date.now();
  return { number: 1_000_000, hash: ZERO_HASH, confirmed: 1_000_000, movedAt: now, readAt: now };
}

/** Opens a store for the bench's receiver. @param where a SQLite file, or a PostgreSQL URL. */
export function open(where: string): Promise<Store> {
  const { chainId, contract } = MANAGER;
  const binding = { chainId, contract, receiver: RECEIVER, deploymentBlockHash: ZERO_HASH };
  return openStore(where, { binding, firstBlock: 0 });
}

/** Puts `count` open, confirmed channels into a store, as the watcher does with what it reads from the chain. */
export async function seed(store: Store, count: number): Promise<void> {
  for (let from = 0; from < count; from += STEP) {
    const size = Math.min(STEP, count - from);
    const block = 1 + from / STEP;
    const events = Array.from({ length: size }, (_, index): ChainEvent => {
      const terms = termsOf(from + index);
      const place = { channelId: channelId(terms, MANAGER), block, logIndex: index, transaction: ZERO_HASH };
      return { ...place, kind: "opened", terms, deposit: DEPOSIT };
    });
    await store.chain.advance({ from: block, cursor: { number: block, hash: ZERO_HASH }, events, head: head() });
  }
}

/** The ledger of the bench's receiver over a store. */
export function ledgerOver(store: Store): Ledger {
  const terms = {
    receiver: RECEIVER,
    receiverSigner: "0x0000000000000000000000000000000000000000",
    token: TOKEN,
    minChallengePeriod: CHALLENGE_PERIOD,
    maxChallengePeriod: CHALLENGE_PERIOD,
    minDeposit: 1n,
  } as const;
  const seen = head();
  return createLedger({ manager: MANAGER, terms, store, head: () => seen });
}
