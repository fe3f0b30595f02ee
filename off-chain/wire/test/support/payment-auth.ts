import * as wire from "../../src/index.ts";
import * as sample from "./samples.ts";

/** The key of the server whose challenges these tests read and answer. */
export const challengeKey = new Uint8Array(32).fill(7);
export const options: wire.WireOptions = { dialects: ["payment"], challengeKey };
export const offer: wire.Offer = { ...sample.offer, suggestedDeposit: 1000n };

export const write = (challenge: wire.Challenge = { offer }, request = sample.request) =>
  wire.writeChallenge(challenge, request, options)["WWW-Authenticate"]!;

/** The parameters of a challenge, by a parser that is good enough for what we write. */
export const paramsOf = (header: string): Record<string, string> =>
  Object.fromEntries([...header.matchAll(/([a-z]+)="([^"]*)"/g)].map((match) => [match[1]!, match[2]!]));

/** A credential that answers a challenge with the sample's proof. */
export const credentialFor = (header: string) => ({
  challenge: paramsOf(header),
  payload: {
    action: "voucher",
    channelId: sample.channelId,
    cumulativeAmount: "20",
    signature: sample.signature,
  },
});
