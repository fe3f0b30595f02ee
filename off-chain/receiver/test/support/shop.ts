import { createPaywall, type Paywall } from "../../src/paywall/paywall.ts";
import type { Decision, PaywallOptions } from "../../src/paywall/types.ts";
import { createLedger } from "../../src/ledger/ledger.ts";
import type { Ledger, LedgerOptions } from "../../src/ledger/types.ts";
import type { Head } from "../../src/store/chain.ts";
import type { Store } from "../../src/store/store.ts";
import { sqlite, type Place } from "../store/stores.ts";
import { headAt, manager, openChannel, receiver, token } from "./channels.ts";
import type { TestChannel } from "./channels.ts";
import { ZERO_ADDRESS } from "@rmps/proofs";

/** A ledger and a paywall over an empty store, with a clock and a chain that are moved by hand. */
export interface Shop {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly paywall: Paywall;
  readonly decisions: Decision[];
  /** Unix milliseconds. */
  now: number;
  head: Head | undefined;
  channel(deposit?: bigint): Promise<TestChannel>;
  close(): Promise<void>;
}

export const START = 1_800_000_000_000;

export const ourTerms = {
  receiver,
  receiverSigner: ZERO_ADDRESS,
  token,
  minChallengePeriod: 3600,
  maxChallengePeriod: 86_400,
  minDeposit: 0n,
} as const;

export async function openShop(
  options: { ledger?: Partial<LedgerOptions>; paywall?: Partial<PaywallOptions>; place?: Place } = {},
): Promise<Shop> {
  const place = options.place ?? (await sqlite.place());
  const store = await place.open();
  const decisions: Decision[] = [];
  const now = () => shop.now;
  const ledger = createLedger({ manager, terms: ourTerms, store, head: () => shop.head, now, ...options.ledger });
  const paywall = createPaywall({
    ledger,
    challengePeriod: 3600,
    challengeKey: store.challengeKey,
    currency: { symbol: "MIC", decimals: 18 },
    now,
    onDecision: (decision) => decisions.push(decision),
    ...options.paywall,
  });
  const shop: Shop = {
    store,
    ledger,
    paywall,
    decisions,
    now: START,
    head: headAt(10, 10, START),
    channel: (deposit = 10n ** 18n) => openChannel(store, deposit),
    close: () => place.remove(),
  };
  return shop;
}

/** The RDN headers of a payment. */
export function payment(channel: TestChannel, balance: bigint): Record<string, string> {
  return {
    "rdn-channel-id": channel.id,
    "rdn-sender-balance": balance.toString(),
    "rdn-balance-signature": channel.proof(balance),
  };
}
