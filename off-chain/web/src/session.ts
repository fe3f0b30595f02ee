import type { Address, Hex } from "@rmps/proofs";
import type { WebStorageLike } from "@rmps/sender";
import { hexlify, randomBytes } from "ethers";
import type { Database } from "./database.ts";

/** In the database, beside the book. */
const SESSION_KEY = "session-key";
/** In `localStorage`: nothing is lost with it. */
const WALLET = "rmps.wallet";

const KEY = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;

/**
 * The key that signs payments in the wallet's place: made once, by whichever tab comes first, and kept in the browser.
 * It can spend what is in this origin's channels at their receiver, and nothing else.
 */
export function sessionKey(database: Pick<Database, "change">): Promise<Hex> {
  return database.change(SESSION_KEY, (kept) => {
    const key = typeof kept === "string" && KEY.test(kept) ? (kept as Hex) : (hexlify(randomBytes(32)) as Hex);
    return [key, key];
  });
}

/** The wallet that was chosen, so that a reload needs no click. */
export interface Remembered {
  readonly id: string;
  readonly account: Address;
}

/** The wallet that was chosen here before; undefined where there is none, or nothing that can be read. */
export function rememberedWallet(storage: WebStorageLike): Remembered | undefined {
  try {
    const { id, account } = JSON.parse(storage.getItem(WALLET) ?? "") as Record<string, unknown>;
    if (typeof id !== "string" || typeof account !== "string" || !ADDRESS.test(account)) return undefined;
    return { id, account: account as Address };
  } catch {
    return undefined;
  }
}

/** Keeps which wallet was chosen. */
export function rememberWallet(storage: WebStorageLike, wallet: Remembered): void {
  storage.setItem(WALLET, JSON.stringify(wallet));
}

/** Forgets which wallet was chosen. The session key and the book stay: they hold money. */
export function forgetWallet(storage: WebStorageLike & { removeItem(key: string): void }): void {
  storage.removeItem(WALLET);
}
