import { namesPayment } from "./payment-auth/authorization.ts";
import { AUTHORIZATION, PAYMENT_RECEIPT, WWW_AUTHENTICATE } from "./payment-auth/names.ts";
import { RDN, RDN_REQUEST } from "./rdn/names.ts";
import { PAYMENT_REQUIRED, PAYMENT_RESPONSE, PAYMENT_SIGNATURE } from "./x402/names.ts";

/** Headers that a paying request may bear: what CORS has to allow. */
export const REQUEST_HEADERS: readonly string[] = [...RDN_REQUEST, AUTHORIZATION, PAYMENT_SIGNATURE];

/** Headers that our answers may bear: what CORS has to expose. */
export const RESPONSE_HEADERS: readonly string[] = [
  ...Object.values(RDN),
  WWW_AUTHENTICATE,
  PAYMENT_RECEIPT,
  PAYMENT_REQUIRED,
  PAYMENT_RESPONSE,
];

/** How all names of payment headers begin: ours, and what other versions of the dialects may have. */
const OURS = /^(?:rdn-|payment-|x-payment)/i;

/** Headers that hold credentials or challenges of any scheme. */
const AUTHENTICATION = new Set([AUTHORIZATION.toLowerCase(), WWW_AUTHENTICATE.toLowerCase()]);

/**
 * Whether a header is about payment, in whatever direction, and so must not be passed on to, or taken from, an upstream.
 * @param name  of any case.
 * @param value of `Authorization` and `WWW-Authenticate` only the `Payment` scheme is ours, wherever it stands in them.
 */
export function isPaymentHeader(name: string, value: string): boolean {
  return AUTHENTICATION.has(name.toLowerCase()) ? namesPayment(value) : OURS.test(name);
}
