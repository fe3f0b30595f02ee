/** The version of x402. */
export const VERSION = 2;

/** Our scheme in it. */
export const X402_SCHEME = "rmps-channel";

/** Type of the one payload of the scheme. */
export const PAYLOAD_TYPE = "proof";

export const PAYMENT_REQUIRED = "PAYMENT-REQUIRED";
export const PAYMENT_SIGNATURE = "PAYMENT-SIGNATURE";
export const PAYMENT_RESPONSE = "PAYMENT-RESPONSE";

/** Seconds that a client may take to answer; an answer stays good as long as its channel, so that this is a formality. */
export const MAX_TIMEOUT_SECONDS = 300;
