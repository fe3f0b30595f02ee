import type { Eip1193Wallet } from "@rmps/sender";

/** A wallet that tells of changes, as those in browsers do. */
export interface BrowserWallet extends Eip1193Wallet {
  on?(event: "accountsChanged" | "chainChanged", listener: (value: unknown) => void): void;
}

/** A wallet that can be chosen. */
export interface Choice {
  /** Names the wallet's maker, in reverse domain notation; the same after a reload. */
  readonly id: string;
  readonly name: string;
  /** A `data:` URL; undefined where there is none that may be shown. */
  readonly icon: string | undefined;
  readonly wallet: BrowserWallet;
}

/** Longest name that is shown, in characters. */
const LONGEST = 40;

/**
 * Finds the wallets of this browser: those that announce themselves (EIP-6963), and `window.ethereum` where none does.
 * @param found is told of all that are known so far, each time that there is a new one.
 */
export function findWallets(window: Window, found: (choices: readonly Choice[]) => void): void {
  const choices = new Map<string, Choice>();
  window.addEventListener("eip6963:announceProvider", (event) => {
    const choice = announced((event as CustomEvent<unknown>).detail);
    if (choice === undefined || choices.has(choice.id)) return;
    choices.set(choice.id, choice);
    found([...choices.values()]);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  const { ethereum } = window as { ethereum?: unknown };
  if (choices.size > 0 || !isWallet(ethereum)) return;
  choices.set("window.ethereum", { id: "window.ethereum", name: "Browser wallet", icon: undefined, wallet: ethereum });
  found([...choices.values()]);
}

/** What a wallet says of itself; undefined where it is not understood. */
export function announced(detail: unknown): Choice | undefined {
  const { info, provider } = (detail ?? {}) as { info?: unknown; provider?: unknown };
  const { rdns, name, icon } = (info ?? {}) as Record<string, unknown>;
  if (typeof rdns !== "string" || typeof name !== "string" || !isWallet(provider)) return undefined;
  const shown = typeof icon === "string" && /^data:image\//i.test(icon) ? icon : undefined;
  return { id: rdns, name: name.slice(0, LONGEST), icon: shown, wallet: provider };
}

function isWallet(value: unknown): value is BrowserWallet {
  return typeof (value as { request?: unknown } | null | undefined)?.request === "function";
}
