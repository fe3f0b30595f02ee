import {
  addressOf,
  receiverSide,
  senderSide,
  signClosingAgreement,
  verifyCloseRequest,
  verifyClosingAgreement,
  type CloseRequest,
  type Hex,
  type Manager,
  type PrivateKey,
  type Terms,
} from "@rmps/proofs";
import type { EndOutcome, Store } from "../store/store.ts";
import type { Agreement } from "../store/channel.ts";
import { tell } from "../tell.ts";
import { max, mayEnd } from "./account.ts";
import type { AgreementSigner, CloseVerdict, Ledger, LedgerOptions, PresentedCloseRequest } from "./types.ts";

/** How long an agreement is good, in seconds, unless told otherwise: an hour. */
const AGREEMENT_LIFETIME = 3600;

/** How often an end is tried again because payments came in between. */
const ATTEMPTS = 5;

/** What cooperative closing is built from, besides the ledger. */
export interface CloserOptions {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly head: LedgerOptions["head"];
  /** Unix milliseconds; the system's clock unless given. */
  readonly now?: () => number;
  /** Undefined: no agreements are given, senders close by themselves. */
  readonly signer: AgreementSigner | undefined;
  /** Seconds for which an agreement is good; an hour unless given. */
  readonly agreementLifetime?: number;
  /** Told what broke, where that was answered with a refusal. */
  readonly onError?: (error: unknown) => void;
  /** Asks a sender side that has code (ERC-1271), where ECDSA says no. Rejects where the chain does not answer. */
  readonly verifyOnChain?: (request: CloseRequest, signature: Hex, signer: Hex) => Promise<boolean>;
}

/** Ends channels by agreement. */
export interface Closer {
  /**
   * Answers a sender side's `CloseRequest`. Given an agreement, the channel takes no payments any more, ever; asked
   * again, the same agreement is given. Never rejects: a broken store is a refusal.
   */
  close(request: PresentedCloseRequest): Promise<CloseVerdict>;
  /**
   * Ends a channel at what is spent now, at the receiver's own wish, also one whose terms would not be taken any more.
   * Its sender may ask for the agreement, and submit it too.
   * @returns whether it is ended, now or before. @throws StoreUnavailable
   */
  end(channelId: Hex): Promise<boolean>;
}

/** An agreement signer with a raw key of the receiver side. */
export function agreementSigner(manager: Manager, key: PrivateKey): AgreementSigner & { address: Hex } {
  const sign: AgreementSigner = (agreement) => signClosingAgreement({ ...manager, ...agreement }, key);
  return Object.assign(sign, { address: addressOf(key) });
}

/** Cooperative closing over a ledger. Nothing but agreements to close is ever signed. */
export function createCloser(options: CloserOptions): Closer {
  const { ledger, store, head, signer, verifyOnChain } = options;
  const { manager } = ledger;
  const now = options.now ?? Date.now;
  const lifetime = BigInt(options.agreementLifetime ?? AGREEMENT_LIFETIME);

  /** The chain's time where that is ahead of ours: the contract goes by it. */
  function seconds(): bigint {
    return BigInt(Math.max(Math.floor(now() / 1000), head()?.timestamp ?? 0));
  }

  /** Undefined where it takes the chain to say, and that does not answer. */
  async function isSigned({ signature, ...request }: PresentedCloseRequest, terms: Terms) {
    const message = { ...manager, ...request };
    const expected = senderSide(terms);
    if (verifyCloseRequest(message, signature, expected)) return true;
    if (verifyOnChain === undefined) return false;
    return verifyOnChain(message, signature, expected).catch((error: unknown) => {
      tell(options.onError, error);
      return undefined;
    });
  }

  /** A new agreement; undefined where none can be signed that the contract would take: such a one must end nothing. */
  async function agree(channelId: Hex, amount: bigint, terms: Terms): Promise<Agreement | undefined> {
    if (signer === undefined) return undefined;
    const agreement = { amount, deadline: seconds() + lifetime };
    const signature = await signer({ channelId, ...agreement });
    const isGood = verifyClosingAgreement({ ...manager, channelId, ...agreement }, signature, receiverSide(terms));
    return isGood ? { ...agreement, signature } : undefined;
  }

  async function decide(request: PresentedCloseRequest): Promise<CloseVerdict> {
    const { channelId, amount } = request;
    const channel = await store.channel(channelId);
    if (channel?.openedBlock === undefined) return { kind: "refused", code: "channel-not-found" };
    if (!ledger.ours(channel.terms)) return { kind: "refused", code: "wrong-terms" };
    const signed = await isSigned(request, channel.terms);
    if (signed !== true) return { kind: "refused", code: signed === false ? "invalid-signature" : "chain-unavailable" };
    if (request.deadline < seconds()) return { kind: "refused", code: "expired" };
    const before = mayEnd(channel, amount, store.firstBlock);
    if (before !== undefined) return toVerdict(before);
    const agreement = await agree(channelId, amount, channel.terms);
    if (agreement === undefined) return { kind: "refused", code: "no-signer" };
    return toVerdict(await store.end({ channelId, agreement }));
  }

  return {
    async close(request) {
      if (ledger.unavailable() !== undefined) return { kind: "refused", code: "chain-unavailable" };
      try {
        return await decide(request);
      } catch (error) {
        tell(options.onError, error);
        return { kind: "refused", code: "store-unavailable" };
      }
    },

    async end(channelId) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const channel = await store.channel(channelId);
        if (channel === undefined) return false;
        const agreement = await agree(channelId, max(channel.spent, channel.settled), channel.terms);
        const outcome = agreement && (await store.end({ channelId, agreement }));
        if (outcome?.kind !== "below") return outcome?.kind === "ended";
      }
      return false;
    },
  };
}

function toVerdict(outcome: EndOutcome): CloseVerdict {
  switch (outcome.kind) {
    case "ended":
      return { kind: "agreed", ...outcome.agreement };
    case "below":
      return { kind: "refused", code: "amount-below-spent", spent: outcome.spent };
    case "above":
      return { kind: "refused", code: "amount-exceeds-deposit", deposit: outcome.deposit };
    case "unknown":
      return { kind: "refused", code: "spent-unknown" };
    case "refused":
      return outcome;
  }
}
