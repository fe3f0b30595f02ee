import type { CloseVerdict } from "../ledger/types.ts";
import { NOT_FOUND, STORE_UNAVAILABLE, type Problem } from "./problem.ts";

type Refusal = Extract<CloseVerdict, { kind: "refused" }>;

const refuse = (status: number, code: string, title: string, detail: string): Problem => ({
  status,
  code,
  title,
  detail,
});

/** Why no agreement is given, and what to do. */
export function closeProblem(verdict: Refusal): Problem {
  switch (verdict.code) {
    case "channel-not-found":
      return NOT_FOUND;
    case "channel-not-confirmed":
      return refuse(
        409,
        verdict.code,
        "Not confirmed yet",
        "The channel's opening is not confirmed. Wait for more blocks, then ask again.",
      );
    case "wrong-terms":
      return refuse(
        409,
        verdict.code,
        "Not our terms",
        "This receiver does not take part in channels with these terms. Close it alone: requestClose, then finalize.",
      );
    case "channel-closed":
      return refuse(
        409,
        verdict.code,
        "Closed already",
        "The channel is closed on chain; nothing is left to agree on.",
      );
    case "invalid-signature":
      return refuse(
        403,
        verdict.code,
        "Not signed by the sender side",
        "Sign a CloseRequest (EIP-712) for this channel, amount and deadline with the key of its sender side.",
      );
    case "expired":
      return refuse(422, verdict.code, "Expired", "The deadline is over. Sign a CloseRequest with a later one.");
    case "amount-below-spent":
      return {
        ...refuse(
          409,
          verdict.code,
          "Less than was spent",
          `${verdict.spent} was spent on this channel. Sign a CloseRequest for at least that.`,
        ),
        extra: { spent: String(verdict.spent) },
      };
    case "amount-exceeds-deposit":
      return {
        ...refuse(
          409,
          verdict.code,
          "More than the deposit",
          `The deposit is ${verdict.deposit}. Concede at most that.`,
        ),
        extra: { deposit: String(verdict.deposit) },
      };
    case "spent-unknown":
      return refuse(
        409,
        verdict.code,
        "Spent is not known",
        "The receiver lost its books and this channel has not paid since. Pay once more, or close alone: requestClose.",
      );
    case "no-signer":
      return refuse(
        501,
        verdict.code,
        "No agreements here",
        "This receiver's signing key is kept elsewhere. Close alone: requestClose, then finalize.",
      );
    case "chain-unavailable":
      return {
        ...refuse(
          503,
          verdict.code,
          "The chain cannot be seen",
          "The receiver has not seen the chain move. Try again.",
        ),
        retryAfter: 10,
      };
    case "store-unavailable":
      return STORE_UNAVAILABLE;
  }
}
