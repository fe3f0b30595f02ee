import type { Reason } from "./offer.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";

const SIGNS: Partial<Record<RefusalCode, Reason["sign"]>> = {
  "channel-not-found": "nonexisting-channel",
  "wrong-terms": "nonexisting-channel",
  "channel-closing": "nonexisting-channel",
  "channel-closed": "nonexisting-channel",
  "channel-not-confirmed": "insufficient-confirmations",
  "invalid-signature": "invalid-balance-proof",
  "balance-exceeds-deposit": "invalid-balance-proof",
  "insufficient-payment": "invalid-amount",
};

/** What headers can say of a refusal; undefined where it is not about a payment that came. */
export function reasonOf({
  code,
  missingConfirmations,
}: Pick<Refusal, "code" | "missingConfirmations">): Reason | undefined {
  const sign = SIGNS[code];
  if (sign === undefined) return undefined;
  // A receiver that cannot say how many are missing still says that one is.
  if (sign === "insufficient-confirmations") return { sign, missingConfirmations: missingConfirmations ?? 1 };
  return { sign };
}
