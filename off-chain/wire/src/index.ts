export { headerSource, type HeaderMap, type HeaderSource, type HeadersLike } from "./headers.ts";
export {
  DIALECTS,
  type Claims,
  type DialectName,
  type EchoedChallenge,
  type OutgoingPayment,
  type Payment,
  type Proof,
  type Reading,
} from "./payment.ts";
export {
  contradiction,
  type Challenge,
  type ChallengeReading,
  type ChannelView,
  type Echo,
  type Offer,
  type Reason,
  type ReceivedChallenge,
} from "./offer.ts";
export type { Receipt, ReceiptReading, ReceivedReceipt } from "./receipt.ts";
export { REFUSAL_CODES, isRefusalCode, malformedPayment, statusOf, type Refusal, type RefusalCode } from "./refusal.ts";
export { PROBLEM_MEDIA_TYPE, problem, readProblem, type Problem } from "./problem.ts";
export type { Dialect, DialectOptions, RequestContext } from "./dialect.ts";
export { voucherPayload } from "./payment-auth/credential.ts";
export { bodyDigest, checkChallenge, type ChallengedRequest } from "./payment-auth/check.ts";
export { encodeSlot, readSessionRequest, type SessionRequest } from "./payment-auth/session-request.ts";
export { INTENT, METHOD } from "./payment-auth/names.ts";
export { proofPayload } from "./x402/payment.ts";
export { networkOf, readRequirements, type Requirements } from "./x402/requirements.ts";
export { X402_SCHEME } from "./x402/names.ts";
export { REQUEST_HEADERS, RESPONSE_HEADERS, isPaymentHeader } from "./names.ts";
export {
  readChallenge,
  readPayment,
  readReceipt,
  writeChallenge,
  writePayment,
  writeReceipt,
  writeRefusal,
  type RefusalAnswer,
  type WireOptions,
} from "./wire.ts";
export { readTerms, writeTerms, type TermsJson } from "./api/terms.ts";
export { readBundle, writeBundle, type Bundle } from "./api/bundle.ts";
export type { JsonObject } from "./json/members.ts";
export { rdn } from "./rdn/rdn.ts";
export { paymentAuth } from "./payment-auth/payment-auth.ts";
export { x402 } from "./x402/x402.ts";
export { RECEIVER_VARIABLES, SENDER_VARIABLES, unreadVariables, type ReceiverVariable } from "./environment.ts";
