import type { Dialect } from "../dialect.ts";
import { readChallenge, writeChallenge } from "./challenge.ts";
import { readPayment, writePayment } from "./payment.ts";
import { readReceipt, writeReceipt } from "./receipt.ts";

/** The RDN headers: plain text, one header for each value. */
export const rdn: Dialect = {
  name: "rdn",
  readPayment,
  writeChallenge,
  writeReceipt,
  readChallenge,
  writePayment,
  readReceipt,
};
