import { contradiction, malformedPayment, readPayment, writeReceipt } from "@rmps/wire";
import type { Offer, Payment, Receipt, Refusal } from "@rmps/wire";
import type { Paid } from "../ledger/types.ts";
import { challengeProblem } from "./challenge.ts";
import { CLIENT_GONE, ClientGone } from "./client-gone.ts";
import { tell } from "../tell.ts";
import { idempotencyOf, repeatedAnswer } from "./idempotency.ts";
import { Refuser } from "./refuser.ts";
import { isMalformed, MALFORMED_TARGET } from "./target.ts";
import { GATEWAY_PATH, type Admission, type Ending, type PaidRequest, type PaywallOptions } from "./types.ts";
import type { RequestFacts, Sale } from "./types.ts";

/** Stands between a request and what it wants. Knows no framework. */
export interface Paywall {
  /**
   * Decides on a request for something that exists and takes its method. Never rejects because of what the request
   * holds; `HEAD` is answered with the offer, `OPTIONS` is free.
   */
  admit(request: RequestFacts, sale: Sale): Promise<Admission>;
}

/** Requests that the suggested deposit pays for. */
const SUGGESTED = 100n;

/** A paywall over a ledger. @throws RangeError where the offer cannot be written in the dialects' headers. */
export function createPaywall(options: PaywallOptions): Paywall {
  const { ledger, challengeKey } = options;
  const { manager, terms } = ledger;
  const { gatewayPath = GATEWAY_PATH, now = Date.now } = options;
  const refuser = new Refuser(options);

  let last: Offer | undefined; // Most requests cost what the one before did.

  function offerFor({ price }: Sale): Offer {
    if (last?.price === price) return last;
    const suggested = price * SUGGESTED;
    return (last = {
      gatewayPath,
      price,
      manager,
      token: terms.token,
      receiver: terms.receiver,
      receiverSigner: terms.receiverSigner,
      challengePeriod: options.challengePeriod,
      suggestedDeposit: suggested > terms.minDeposit ? suggested : terms.minDeposit,
    });
  }

  /** What in the payment contradicts the offer, before the ledger is asked. */
  function objection(payment: Payment, offer: Offer): Refusal | undefined {
    if (payment.maxPrice !== undefined && payment.maxPrice < offer.price) {
      const detail = `The price is ${offer.price}, above the most that this request may cost, ${payment.maxPrice}.`;
      return { code: "insufficient-payment", detail, remedy: "Allow the request to cost that much." };
    }
    const claim = contradiction(payment.claims, offer);
    return claim === undefined ? undefined : { code: "wrong-terms", detail: `The payment names another ${claim}.` };
  }

  function admitted(payment: Payment, paid: Paid, keepsAnswer: boolean): PaidRequest {
    let over = false;
    return {
      kind: "paid",
      sender: paid.sender,
      price: paid.price,
      keepsAnswer,
      receipt(status) {
        if (status >= 500) return {}; // The charge is taken back.
        const receipt: Receipt = {
          gatewayPath,
          cost: paid.price,
          manager,
          receiver: terms.receiver,
          sender: paid.sender,
          channelId: paid.channelId,
          accepted: paid.accepted,
          spent: paid.spent,
          timestamp: now(),
          ...(payment.challenge !== undefined && { challengeId: payment.challenge.id }),
        };
        return writeReceipt(payment.dialect, receipt, status);
      },
      async ended(ending) {
        if (over) return;
        over = true;
        if (isUndone(ending)) await ledger.undo(paid.charge);
        else await ledger.finish(paid.charge, ending.kind === "answered" ? ending.answer : undefined);
      },
    };
  }

  return {
    async admit(request, sale) {
      try {
        if (sale.price === 0n || request.method === "OPTIONS") return { kind: "free" };
        if (isMalformed(request.target)) return MALFORMED_TARGET;
        const offer = offerFor(sale);
        const asked = { request, sale, offer };
        const reading = readPayment(request.header, { challengeKey });
        if (request.method === "HEAD" || reading.kind === "none") return await refuser.unpaid(asked);
        if (reading.kind === "malformed")
          return await refuser.refuse(asked, malformedPayment(reading), reading.dialect);

        const { payment } = reading;
        const { dialect, channelId, challenge } = payment;
        const { turnstile } = options;
        const from = request.from ?? "";
        const retryAfter = turnstile?.enter(channelId, from) ?? 0;
        if (retryAfter > 0) return await refuser.refuse(asked, { code: "busy", retryAfter }, dialect);
        const refusal =
          (challenge === undefined ? undefined : await challengeProblem(challenge, request, now())) ??
          objection(payment, offer);
        if (refusal !== undefined) return await refuser.refuse(asked, refusal, dialect);
        const key = request.header("idempotency-key");
        const idempotency = key === undefined ? undefined : await idempotencyOf(request, channelId, key);
        if (idempotency?.kind === "refused") return idempotency;

        const purchase = { price: sale.price, idempotency: idempotency?.digest, sender: payment.claims.sender };
        const verdict = await ledger.pay(payment, purchase);
        switch (verdict.kind) {
          case "paid":
            tell(() => turnstile?.paid(channelId, from));
            tell(options.onDecision, { outcome: "paid", dialect, price: sale.price });
            return admitted(payment, verdict, idempotency !== undefined);
          case "repeated":
            tell(options.onDecision, { outcome: "repeated", dialect, price: sale.price });
            return repeatedAnswer(verdict.answer);
          case "refused": {
            const { code, missingConfirmations, view } = verdict;
            const missing = missingConfirmations !== undefined && { missingConfirmations };
            return await refuser.refuse(asked, { code, ...missing }, dialect, view);
          }
        }
      } catch (error) {
        if (error instanceof ClientGone) return CLIENT_GONE;
        throw error;
      }
    },
  };
}

/** Only a failure of ours that nobody has seen the beginning of an answer of is taken back. */
function isUndone(ending: Ending): boolean {
  return ending.kind === "threw" || (ending.kind === "answered" && ending.status >= 500);
}
