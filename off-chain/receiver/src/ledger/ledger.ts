import { createVerifier, senderSide, type Hex, type Terms } from "@rmps/proofs";
import type { ChannelRecord } from "../store/channel.ts";
import type { ChargeId, StoredAnswer } from "../store/store.ts";
import { tell } from "../tell.ts";
import { refusesPayments } from "./account.ts";
import { chainCheck } from "./liveness.ts";
import { Pace } from "./pace.ts";
import type {
  Ledger,
  LedgerOptions,
  LedgerRefusal,
  PresentedProof,
  Purchase,
  Refused,
  SenderView,
  Verdict,
} from "./types.ts";

/** Payments that may wait for their commit, unless told otherwise: about a second's worth. */
const MAX_WAITING = 10_000;

/**
 * The ledger over a store. It parses nothing and knows no HTTP: who asks, with which proof, for what, comes in as
 * values; the chain and the clock come in as functions.
 */
export function createLedger(options: LedgerOptions): Ledger {
  const { manager, terms, store, head, discover, defensible } = options;
  const now = options.now ?? Date.now;
  const maxWaiting = options.maxWaiting ?? MAX_WAITING;
  const verifier = createVerifier(manager);
  const alive = chainCheck(options);
  const pace = new Pace();
  const onError = (error: unknown) => tell(options.onError, error);
  let waiting = 0;

  function ours(theirs: Terms): boolean {
    return (
      theirs.receiver === terms.receiver &&
      theirs.receiverSigner === terms.receiverSigner &&
      theirs.token === terms.token &&
      theirs.challengePeriod >= terms.minChallengePeriod &&
      theirs.challengePeriod <= terms.maxChallengePeriod
    );
  }

  async function find(id: Hex): Promise<ChannelRecord | undefined> {
    const channel = await store.channel(id);
    if (channel !== undefined || discover === undefined) return channel;
    await discover(id);
    return store.channel(id);
  }

  /** What stands against any payment on the channel; `undefined` where nothing does. */
  function standing(channel: ChannelRecord): LedgerRefusal | undefined {
    const refusal = refusesPayments(channel);
    if (refusal === "channel-not-found") return refusal;
    if (!ours(channel.terms)) return "wrong-terms";
    if (refusal !== undefined) return refusal;
    // A top-up that makes it enough only has to be waited for.
    if (channel.deposit < terms.minDeposit) return "wrong-terms";
    if (channel.confirmedDeposit < terms.minDeposit) return "channel-not-confirmed";
    return defensible === undefined || defensible(channel) ? undefined : "chain-unavailable";
  }

  function isSigned(channel: ChannelRecord, { channelId, balance, signature }: PresentedProof): boolean {
    return verifier.verifyBalanceProof(channelId, balance, signature, senderSide(channel.terms));
  }

  /** A refusal on a known channel, with its state for who has proved to be its sender. */
  function refuse(code: LedgerRefusal, channel: ChannelRecord, proof: PresentedProof, signed: boolean): Refused {
    const view = signed && proof.balance > channel.published ? viewOf(channel) : undefined;
    if (code !== "channel-not-confirmed") return { kind: "refused", code, view };
    const missing = (channel.openedBlock ?? 0) - (head()?.confirmed ?? 0);
    return { kind: "refused", code, view, missingConfirmations: missing > 1 ? missing : 1 };
  }

  async function decide(proof: PresentedProof, { price, idempotency, sender: claimed }: Purchase): Promise<Verdict> {
    const place = pace.enter();
    if (place !== undefined) await place;
    const { channelId, balance, signature } = proof;
    let channel = store.cached(channelId);
    // What is in memory may be old news where several nodes share a store: only a good answer is taken from it.
    if (channel === undefined || standing(channel) !== undefined) channel = await find(channelId);
    if (channel === undefined) return { kind: "refused", code: "channel-not-found" };
    const refusal = standing(channel);
    if (refusal === "channel-not-found" || refusal === "wrong-terms") return { kind: "refused", code: refusal };
    const { sender } = channel.terms;
    if (claimed !== undefined && claimed !== sender) return { kind: "refused", code: "wrong-terms" };
    const signed = isSigned(channel, proof);
    if (refusal !== undefined) return refuse(refusal, channel, proof, signed);
    if (!signed) return { kind: "refused", code: "invalid-signature" };

    const outcome = await store.charge({ channelId, balance, signature, price, idempotency });
    const deposit = channel.confirmedDeposit;
    switch (outcome.kind) {
      case "charged": {
        const { charge, accepted, spent } = outcome;
        return { kind: "paid", charge, channelId, sender, price, balance, accepted, spent, deposit };
      }
      case "repeated":
        return { kind: "repeated", answer: outcome.answer, view: viewOf((await store.channel(channelId)) ?? channel) };
      case "refused":
        return refuse(outcome.code, (await store.channel(channelId)) ?? channel, proof, true);
    }
  }

  function done(verdict: Verdict): Verdict {
    waiting--;
    return verdict;
  }

  /** Whatever broke, nothing that is not known to be durable is served. */
  function failed(error: unknown): Verdict {
    onError(error);
    return done({ kind: "refused", code: "store-unavailable" });
  }

  return {
    manager,
    terms,
    ours,
    channel: (id) => store.channel(id),
    unavailable: () => (alive(head(), now()) ? undefined : "chain-unavailable"),

    // Every payment passes here: an async function would cost it another promise and what belongs to that.
    pay(proof, purchase) {
      if (purchase.price <= 0n) return Promise.reject(new RangeError("A price of 0 needs no payment."));
      if (!alive(head(), now())) return Promise.resolve({ kind: "refused", code: "chain-unavailable" });
      if (waiting >= maxWaiting) return Promise.resolve({ kind: "refused", code: "busy" });
      waiting++;
      return decide(proof, purchase).then(done, failed);
    },

    async finish(charge: ChargeId, answer?: StoredAnswer) {
      try {
        await store.finish(charge, answer);
      } catch (error) {
        onError(error); // The charge stands either way; only the answer for repeats is lost.
      }
    },

    async undo(charge: ChargeId) {
      try {
        return await store.undo(charge);
      } catch (error) {
        onError(error);
        return false; // Unknown; the sender keeps a claim that it can see in `spent`, and nothing is undone twice.
      }
    },
  };
}

/** What the sender of a channel may know about it. The next payment has to cover `spent` and its own price. */
export function viewOf({ id, terms, accepted, spent, fee, confirmedDeposit, proof }: ChannelRecord): SenderView {
  const signature = proof?.balance === accepted ? proof.signature : undefined;
  return { channelId: id, sender: terms.sender, accepted, spent: spent + fee, deposit: confirmedDeposit, signature };
}
