/** The authentication scheme (draft-ryan-httpauth-payment-00). */
export const SCHEME = "Payment";

/** Our payment method. */
export const METHOD = "rmps";

/** The intent of all our challenges. */
export const INTENT = "session";

/** The one action that a credential of ours asks for. */
export const ACTION = "voucher";

export const WWW_AUTHENTICATE = "WWW-Authenticate";
export const AUTHORIZATION = "Authorization";
export const PAYMENT_RECEIPT = "Payment-Receipt";
