export { headerSource, type HeaderMap, type HeaderSource, type HeadersLike } from "./headers.ts";
export {
  DIALECTS,
  type Claims,
  type DialectName,
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
  type JsonObject,
  type Offer,
  type Reason,
  type ReceivedChallenge,
} from "./offer.ts";
export type { Receipt, ReceiptReading, ReceivedReceipt } from "./receipt.ts";
export { REFUSAL_CODES, isRefusalCode, malformedPayment, statusOf, type Refusal, type RefusalCode } from "./refusal.ts";
export { PROBLEM_MEDIA_TYPE, problem, readProblem, type Problem } from "./problem.ts";
export type { Dialect, DialectOptions, RequestContext } from "./dialect.ts";
export type { EchoedChallenge } from "./payment-auth/credential.ts";
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
export { rdn } from "./rdn/rdn.ts";
