import type { Address, Hex } from "@rmps/proofs";
import type { WebLocksLike, WebStorageLike } from "@rmps/sender";
import { hexlify, randomBytes } from "ethers";

/** Items of the browser's storage, beside the book of channels (`rmps`). */
const SESSION_KEY = "rmps.session-key";
const WALLET = "rmps.wallet";

const KEY = /^0x[0-9a-f]{64}$/;
const ADDRESS = /^0x[0-9a-f]{40}$/;

/**
 * The key that signs payments in the wallet's place: made once, by whichever tab comes first, and kept in the browser's
 * storage. It can spend what is in this origin's channels at their receiver, and nothing else.
 */
export function sessionKey(storage: WebStorageLike, locks: WebLocksLike): Promise<Hex> {
  return locks.request(SESSION_KEY, () => {
    const kept = storage.getItem(SESSION_KEY);
    if (kept !== null && KEY.test(kept)) return Promise.resolve(kept as Hex);
    const made = hexlify(randomBytes(32)) as Hex;
    storage.setItem(SESSION_KEY, made);
    return Promise.resolve(made);
  });
}

/** The wallet that was chosen, so that a reload needs no click. */
export interface Remembered {
  readonly id: string;
  readonly account: Address;
}

export function rememberedWallet(storage: WebStorageLike): Remembered | undefined {
  try {
    const { id, account } = JSON.parse(storage.getItem(WALLET) ?? "") as Record<string, unknown>;
    if (typeof id !== "string" || typeof account !== "string" || !ADDRESS.test(account)) return undefined;
    return { id, account: account as Address };
  } catch {
    return undefined;
  }
}

export function rememberWallet(storage: WebStorageLike, wallet: Remembered): void {
  storage.setItem(WALLET, JSON.stringify(wallet));
}

/** Forgets which wallet was chosen. The session key and the book stay: they hold money. */
export function forgetWallet(storage: WebStorageLike & { removeItem(key: string): void }): void {
  storage.removeItem(WALLET);
}
