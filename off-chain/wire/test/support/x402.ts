import * as wire from "../../src/index.ts";
import { toBase64 } from "./json.ts";
import * as sample from "./samples.ts";

export const offer: wire.Offer = { ...sample.offer, suggestedDeposit: 1000n };

/** What is accepted, and the challenge that says so, as documented. */
export const accepted = {
  scheme: "rmps-channel",
  network: "eip155:31337",
  amount: "20000000000000000",
  asset: sample.token,
  payTo: sample.receiver,
  maxTimeoutSeconds: 300,
  extra: { escrow: sample.contract, challengePeriod: 3600, suggestedDeposit: "1000" },
};
export const required = {
  x402Version: 2,
  resource: { url: sample.request.url, description: sample.request.description },
  accepts: [accepted],
};

export const readChallenge = (json: unknown) => wire.readChallenge({ "payment-required": toBase64(json) }, ["x402"]);
