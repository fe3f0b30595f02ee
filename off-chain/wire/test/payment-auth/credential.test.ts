import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { changed, fromBase64url, toBase64url } from "../support/json.ts";
import { credentialFor, offer, options, paramsOf, write } from "../support/payment-auth.ts";
import * as sample from "../support/samples.ts";

const { channelId, signature, contract, receiver, token } = sample;

const authorize = (credential: unknown) => ({ authorization: `Payment ${toBase64url(credential)}` });
const read = (headers: wire.HeadersLike) => wire.readPayment(headers, options);

const malformed = (headers: wire.HeadersLike) => {
  const reading = read(headers);
  if (reading.kind !== "malformed") throw new Error(`was read as ${reading.kind}`);
  return reading;
};

describe("a Payment credential", () => {
  const good = credentialFor(write());
  const challenge = { id: good.challenge.id!, expires: sample.request.expires, method: "GET", path: "/doggo.jpg" };
  const expected = {
    kind: "payment",
    payment: {
      dialect: "payment",
      channelId,
      balance: 20n,
      signature,
      maxPrice: offer.price,
      claims: { chainId: 31337n, contract, token, receiver },
      challenge,
    },
  };

  it("is read with the challenge that it answers", () => {
    expect(read(authorize(good))).to.deep.equal(expected);
    expect(read(authorize({ ...good, source: "did:pkh:eip155:1:0x00" }))).to.deep.equal(expected);
    expect(read({ authorization: authorize(good).authorization.replace("Payment ", "payment \t") })).to.deep.equal(
      expected,
    );
  });

  it("brings the digest of the body that was challenged", () => {
    const digest = wire.bodyDigest(Buffer.from("hello"));
    const reading = read(authorize(credentialFor(write({ offer }, { ...sample.request, method: "POST", digest }))));
    expect(reading.kind === "payment" && reading.payment.challenge).to.include({ digest, method: "POST" });
  });

  it("is written as it is read", () => {
    const received = wire.readChallenge({ "www-authenticate": write() }, ["payment"]);
    if (received.kind !== "challenge") throw new Error("no challenge");
    const headers = wire.writePayment(sample.payment, received.challenge.echo);
    expect(Object.keys(headers)).to.deep.equal(["Authorization"]);
    expect(fromBase64url(headers.Authorization!.slice(8))).to.deep.equal(good);
    expect(read(headers)).to.deep.equal(expected);
  });

  it("is none in other schemes, whatever they say", () => {
    for (const authorization of [
      "Basic cGF5bWVudA==",
      "Bearer payment",
      'Digest realm="a, Payment x", nonce="Payment "',
      "Paymental x",
      "",
      "payments",
    ]) {
      expect(read({ authorization }), authorization).to.deep.equal({ kind: "none" });
    }
  });

  it("is malformed beside another credential, or twice", () => {
    const { authorization } = authorize(good);
    const twice = [authorization, authorization];
    for (const value of [
      `Basic YTpi, ${authorization}`,
      `${authorization}, Basic YTpi`,
      twice.join(", "),
      `Digest realm="x", ${authorization}`,
      twice,
    ]) {
      expect(malformed({ authorization: value }).detail).to.include("Authorization");
    }
  });

  it("is malformed where it is no JSON object in base64url", () => {
    const text = toBase64url(good);
    for (const value of [
      "Payment",
      "Payment ",
      "Payment !",
      `Payment ${text}=`,
      `Payment ${text} `,
      `Payment ${text}.x`,
      "Payment e30",
      "Payment bnVsbA",
      "Payment W10",
      `Payment ${Buffer.from([0xff, 0xfe]).toString("base64url")}`,
      `Payment ${toBase64url("x".repeat(20_000))}`,
    ]) {
      expect(malformed({ authorization: value }).dialect, value.slice(0, 50)).to.equal("payment");
    }
  });

  it("is malformed with a bad payload, whose member is named, and the challenge is not at fault", () => {
    const cases: [string, unknown[]][] = [
      ["payload", [undefined, null, [], "x"]],
      ["payload.action", [undefined, "open", "close", 1]],
      ["payload.channelId", [undefined, "0x", 1]],
      ["payload.cumulativeAmount", [undefined, 20, "020", "-1", "1e2", (2n ** 256n).toString()]],
      ["payload.signature", [undefined, "0x", `${signature}00`, 5]],
      ["source", [5, {}]],
    ];
    for (const [path, values] of cases) {
      for (const value of values) {
        const reading = malformed(authorize(changed(good, path, value)));
        expect(reading.detail).to.include(path.split(".").at(-1));
        expect(reading.challengeAtFault).to.equal(undefined);
      }
    }
  });

  it("is refused with any slot of the challenge changed, and the challenge is at fault", () => {
    const other = paramsOf(
      write(
        { offer: { ...offer, price: 1n } },
        { ...sample.request, url: "https://other.example/x", expires: sample.request.expires + 1 },
      ),
    );
    for (const name of ["id", "realm", "request", "expires", "opaque"]) {
      const reading = malformed(authorize(changed(good, `challenge.${name}`, other[name])));
      expect(reading.challengeAtFault, name).to.equal(true);
    }
    for (const [name, value] of [
      ["method", "tempo"],
      ["intent", "charge"],
      ["digest", "sha-256=:x:"],
      ["id", ""],
      ["id", undefined],
      ["id", 5],
      ["realm", undefined],
      ["opaque", undefined],
      ["opaque", {}],
      ["request", {}],
    ] as const) {
      expect(malformed(authorize(changed(good, `challenge.${name}`, value))).challengeAtFault, name).to.equal(true);
    }
    expect(malformed(authorize(changed(good, "challenge", undefined))).dialect).to.equal("payment");
  });

  it("is refused where bytes were moved from one slot to another", () => {
    const { realm, ...rest } = good.challenge;
    const { request, expires } = rest;
    for (const shifted of [
      { ...rest, realm: `${realm}|rmps` },
      { ...rest, realm: "", method: "rmps", id: good.challenge.id },
      { ...rest, realm, request: `${request}|${expires}`, expires: "" },
      { ...rest, realm, expires: `${expires}|` },
    ]) {
      expect(malformed(authorize({ ...good, challenge: shifted })).challengeAtFault).to.equal(true);
    }
  });

  it("is refused with anything behind its id", () => {
    for (const id of [`${good.challenge.id}A`, `${good.challenge.id}${good.challenge.id}`]) {
      expect(malformed(authorize(changed(good, "challenge.id", id))).challengeAtFault).to.equal(true);
    }
  });

  it("is malformed where its text is not UTF-8", () => {
    const bytes = Buffer.from(JSON.stringify({ ...good, source: "~" }));
    expect(read({ authorization: `Payment ${bytes.toString("base64url")}` }).kind).to.equal("payment");
    bytes[bytes.indexOf("~")] = 0xff;
    expect(malformed({ authorization: `Payment ${bytes.toString("base64url")}` }).detail).to.include("UTF-8");
  });

  it("is malformed where it is too long", () => {
    const long = { ...good, source: "x".repeat(20_000) };
    expect(malformed(authorize(long)).detail).to.include("base64url");
  });

  it("is refused by a server with another key, or with none", () => {
    for (const key of [new Uint8Array(32).fill(8), undefined]) {
      const reading = wire.readPayment(authorize(good), key && { challengeKey: key });
      expect(reading.kind === "malformed" && reading.challengeAtFault).to.equal(true);
    }
  });

  it("is answered with 402 and the draft's problem types", () => {
    const reading = malformed(authorize(changed(good, "challenge.id", "x")));
    const answer = wire.writeRefusal(
      { offer, refusal: wire.malformedPayment(reading) },
      sample.request,
      options,
      reading.dialect,
    );
    expect(answer.status).to.equal(402);
    expect(answer.headers["WWW-Authenticate"]).to.equal(write());
    expect(answer.problem.type).to.equal("https://paymentauth.org/problems/invalid-challenge");
    const types = Object.fromEntries(
      wire.REFUSAL_CODES.map((code) => [
        code,
        wire.problem({ code }, "payment").type.replace("https://paymentauth.org/problems/", ""),
      ]),
    );
    expect(types).to.deep.equal({
      "payment-required": "payment-required",
      "channel-not-found": "session/channel-not-found",
      "channel-not-confirmed": "verification-failed",
      "wrong-terms": "verification-failed",
      "invalid-signature": "session/invalid-signature",
      "balance-exceeds-deposit": "session/amount-exceeds-deposit",
      "insufficient-payment": "session/insufficient-balance",
      "channel-closing": "session/channel-finalized",
      "channel-closed": "session/channel-finalized",
      "malformed-payment": "malformed-credential",
      busy: "verification-failed",
      "chain-unavailable": "verification-failed",
      "store-unavailable": "verification-failed",
    });
  });
});
