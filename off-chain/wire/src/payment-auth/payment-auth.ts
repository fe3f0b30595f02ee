import type { Dialect } from "../dialect.ts";
import { readChallenge, writeChallenge } from "./challenge.ts";
import { readPayment, writePayment } from "./credential.ts";
import { readReceipt, writeReceipt } from "./receipt.ts";

/** The `Payment` authentication scheme (draft-ryan-httpauth-payment-00), method `rmps`, intent `session`. */
export const paymentAuth: Dialect = {
  name: "payment",
  readPayment,
  writeChallenge,
  writeReceipt,
  readChallenge,
  writePayment,
  readReceipt,
};
