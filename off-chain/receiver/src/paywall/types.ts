import type { Address, Hex } from "@rmps/proofs";
import type { DialectName, HeaderMap, HeaderSource, RefusalCode } from "@rmps/wire";
import type { Ledger } from "../ledger/types.ts";
import type { StoredAnswer } from "../store/store.ts";

/** Where clients find the API, unless told otherwise. */
export const GATEWAY_PATH = "/api/1";

/** The token as people read it. */
export interface Currency {
  readonly symbol: string;
  readonly decimals: number;
}

/** What a paywall is built from. */
export interface PaywallOptions {
  readonly ledger: Ledger;
  /** Seconds of challenge period that are asked for; within the ledger's bounds. */
  readonly challengePeriod: number;
  /** Where clients find the API; `/api/1` unless given. */
  readonly gatewayPath?: string;
  /** Secret behind the challenges of the `Payment` scheme, the same on all nodes: the store's. */
  readonly challengeKey: Uint8Array;
  /** Dialects that are offered; all unless given. `Payment` is only ever offered over TLS or loopback. */
  readonly dialects?: readonly DialectName[];
  /** For people; smallest units without a name unless given. */
  readonly currency?: Currency;
  /** The page for a browser that has not paid; a plain one unless given. */
  readonly page?: Page;
  /** Unix milliseconds; the system's clock unless given. */
  readonly now?: () => number;
  /** Told of every decision, for metrics and logs. What it throws changes none, and is warned of. */
  readonly onDecision?: (decision: Decision) => void;
  /** Limits how often payments are tried; unlimited unless given. */
  readonly turnstile?: Turnstile;
}

/** Limits how often payments are tried, before any signature is checked. */
export interface Turnstile {
  /** Somebody tries to pay. @returns 0, or the seconds after which to come again. */
  enter(channelId: Hex, from: string): number;
  /** That was a payment. */
  paid(channelId: Hex, from: string): void;
}

/** A decision of the paywall. */
export interface Decision {
  readonly outcome: RefusalCode | "paid" | "repeated";
  readonly dialect: DialectName | undefined;
  /** In the token's smallest unit. */
  readonly price: bigint;
}

/** A request, as far as paying goes. */
export interface RequestFacts {
  /** Upper case. */
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** The absolute URL as the client knows it; only asked for where an offer is made. */
  readonly url: () => string;
  readonly header: HeaderSource;
  /** Who asks, as far as is known: names an address, or a network of one client. */
  readonly from?: string | undefined;
  /** Whether it came over TLS, or from this machine. */
  readonly secure: boolean;
  /** The whole body; only asked for where the payment depends on it. Undefined where it is longer than is taken. */
  readonly body: () => Promise<Uint8Array | undefined>;
}

/** What is sold. */
export interface Sale {
  /** In the token's smallest unit; 0: free. */
  readonly price: bigint;
  readonly description?: string | undefined;
}

/** How the answer to a paid request went. */
export type Ending =
  /** Its status line is going out (or has gone out). */
  | { readonly kind: "answered"; readonly status: number; readonly answer?: StoredAnswer | undefined }
  /** The handler threw before any status line was sent. */
  | { readonly kind: "threw" }
  /** The client went away before any status line was sent. */
  | { readonly kind: "gone" };

/** Nothing to pay: go on. */
export interface FreeRequest {
  readonly kind: "free";
}

/** Paid, durably: serve it, with the receipt, and say how it ended. */
export interface PaidRequest {
  readonly kind: "paid";
  readonly sender: Address;
  /** Charged, in the token's smallest unit. */
  readonly price: bigint;
  /** Whether the answer is to be kept for repeats: then `ended` wants the whole answer, if it is small. */
  readonly keepsAnswer: boolean;
  /** Headers for an answer of this status; they replace those of the same name. None where the charge is undone. */
  receipt(status: number): HeaderMap;
  /** To be called once the ending is known; the first call counts. */
  ended(ending: Ending): Promise<void>;
}

/** A complete answer instead of the content. */
export interface RefusedRequest {
  readonly kind: "refused";
  readonly status: number;
  readonly headers: HeaderMap;
  /** To be left out of an answer to `HEAD`. */
  readonly body: string | Uint8Array;
}

/** What the paywall says to a request. */
export type Admission = FreeRequest | PaidRequest | RefusedRequest;

/** What a page for browsers may show. */
export interface PageFacts {
  readonly price: bigint;
  readonly description: string | undefined;
  readonly currency: Currency | undefined;
  readonly chainId: bigint;
  readonly contract: Address;
  readonly token: Address;
  readonly receiver: Address;
  readonly receiverSigner: Address;
  readonly challengePeriod: number;
  readonly suggestedDeposit: bigint;
  readonly gatewayPath: string;
  readonly url: string;
  /** Whether a page of another origin led here, as browsers say (`Sec-Fetch-Site`). */
  readonly crossSite: boolean;
}

/** Makes a page; its headers (content type, content security policy) replace those of the problem document. */
export type Page = (facts: PageFacts) => { readonly body: string; readonly headers: HeaderMap };

/** Longest answer that is kept for repeats, in bytes: 64 KiB. */
export const KEPT_ANSWER = 64 * 1024;
