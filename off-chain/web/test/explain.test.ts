import { LimitExceededError, OutcomeUnknownError, PaymentRefusedError, SenderError } from "@rmps/sender";
import { expect } from "chai";
import { explain } from "../src/explain.ts";

describe("failures in the words of the web page", () => {
  const cases: [string, unknown, string, RegExp][] = [
    [
      "a wallet that declines to connect",
      { code: 4001, message: "no" },
      "It was declined in the wallet.",
      /Nothing was sent/,
    ],
    ["a wallet that is asked already", { code: -32002 }, "The wallet is waiting for you already.", /Open it/],
    [
      "a declined transaction",
      new SenderError(
        "rejected",
        "depositing: it was declined in the wallet",
        "Nothing was sent. Confirm in the wallet to go on.",
      ),
      "Depositing: it was declined in the wallet.",
      /Confirm in the wallet/,
    ],
    [
      "a deposit that is too small",
      new LimitExceededError("maxDeposit", 2n, 0n),
      "The deposit does not cover this price.",
      /Top it up/,
    ],
    [
      "another fee",
      new LimitExceededError("maxSponsorFee", 2n, 1n),
      "The seller wants another fee for paying the network's.",
      /Reload/,
    ],
    ["another price", new LimitExceededError("maxPrice", 2n, 1n), "The price has changed.", /Reload/],
    [
      "another token",
      new LimitExceededError("token", "0x1", "0x2"),
      "Token: 0x1 is asked for, 0x2 is allowed.",
      /Nothing was signed/,
    ],
    [
      "a refusal",
      new PaymentRefusedError("invalid-signature", 402, "rmps close"),
      "The seller did not take the payment: invalid-signature.",
      /Close the channel below/,
    ],
    [
      "a lost answer",
      new OutcomeUnknownError(1n, undefined),
      "A paid request was sent and no answer came.",
      /counts as spent/,
    ],
    [
      "a chain that does not answer",
      new SenderError("chain", "reading the channel: timeout", "Check the RPC (--rpc)."),
      "Reading the channel: timeout.",
      /wallet's network/,
    ],
    ["anything else", new Error("boom"), "Boom.", /Reload the page/],
    ["what is no error", undefined, "Undefined.", /Reload the page/],
  ];
  for (const [what, error, message, remedy] of cases) {
    it(`explains ${what}`, () => {
      const explanation = explain(error);
      expect(explanation.message).to.equal(message);
      expect(explanation.remedy).to.match(remedy);
      expect(explanation.remedy, "people here have no command line").to.not.match(/rmps |--/);
    });
  }
});
