import type { Dialect } from "../dialect.ts";
import { readChallenge, writeChallenge } from "./challenge.ts";
import { readPayment, writePayment } from "./payment.ts";
import { readReceipt, writeReceipt } from "./receipt.ts";

/** x402 version 2, scheme `rmps-channel`. */
export const x402: Dialect = {
  name: "x402",
  readPayment,
  writeChallenge,
  writeReceipt,
  readChallenge,
  writePayment,
  readReceipt,
};
