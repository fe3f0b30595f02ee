import { StoreRefused } from "./error.ts";

/** What a store is bound to, as text. */
export interface BindingText {
  readonly chainId: string;
  readonly deploymentBlockHash: string;
  readonly contract: string;
  readonly receiver: string;
}

const MEANING: Record<keyof BindingText, string> = {
  chainId: "chain id",
  deploymentBlockHash: "chain (the manager's deployment block differs)",
  contract: "manager contract",
  receiver: "receiver",
};

/**
 * Compares what a store is bound to with what it is opened for.
 * @throws StoreRefused that names the first difference.
 */
export function checkBinding(where: string, stored: (name: keyof BindingText) => string, expected: BindingText): void {
  for (const name of Object.keys(MEANING) as (keyof BindingText)[]) {
    const found = stored(name);
    if (found === expected[name]) continue;
    throw new StoreRefused(
      "foreign",
      `${where} belongs to another ${MEANING[name]}: it holds ${name} ${found}, this receiver has ${expected[name]}. ` +
        "Its proofs are worth money there: keep it, and name another store.",
    );
  }
}
