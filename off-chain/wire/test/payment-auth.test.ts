import { createHmac } from "node:crypto";
import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../src/index.ts";
import { changed, fromBase64url, toBase64url, without } from "./support/json.ts";
import * as sample from "./support/samples.ts";

const challengeKey = new Uint8Array(32).fill(7);
const options: wire.WireOptions = { dialects: ["payment"], challengeKey };
const offer: wire.Offer = { ...sample.offer, suggestedDeposit: 1000n };
const { channelId, signature, contract, receiver, token, sender } = sample;

const write = (challenge: wire.Challenge = { offer }, request = sample.request) =>
  wire.writeChallenge(challenge, request, options)["WWW-Authenticate"]!;

/** The parameters of a challenge, by a parser that is good enough for what we write. */
const paramsOf = (header: string): Record<string, string> =>
  Object.fromEntries([...header.matchAll(/([a-z]+)="([^"]*)"/g)].map((match) => [match[1]!, match[2]!]));

const credentialFor = (header: string) => ({
  challenge: paramsOf(header),
  payload: { action: "voucher", channelId, cumulativeAmount: "20", signature },
});

const authorize = (credential: unknown) => ({ authorization: `Payment ${toBase64url(credential)}` });
const read = (headers: wire.HeadersLike) => wire.readPayment(headers, options);

const malformed = (headers: wire.HeadersLike) => {
  const reading = read(headers);
  if (reading.kind !== "malformed") throw new Error(`was read as ${reading.kind}`);
  return reading;
};

describe("a Payment challenge", () => {
  it("has the draft's parameters and canonical JSON", () => {
    const header = write();
    expect(header).to.match(
      /^Payment id="[A-Za-z0-9_-]{43}", realm="shop\.example", method="rmps", intent="session", request="/,
    );
    const { request, expires, opaque, digest } = paramsOf(header);
    expect(expires).to.equal("2030-01-01T00:00:00.000Z");
    expect(digest).to.equal(undefined);
    expect(Buffer.from(opaque!, "base64url").toString()).to.equal('{"method":"GET","path":"/doggo.jpg"}');
    expect(Buffer.from(request!, "base64url").toString()).to.equal(
      `{"amount":"20000000000000000","currency":"${token}","methodDetails":{"chainId":31337,"challengePeriod":3600,` +
        `"escrowContract":"${contract}"},"recipient":"${receiver}","suggestedDeposit":"1000","unitType":"request"}`,
    );
  });

  it("has an id that is the HMAC over the seven slots, absent ones empty", () => {
    for (const digest of [undefined, wire.bodyDigest(Buffer.from("hello"))]) {
      const { id, realm, method, intent, request, expires, opaque } = paramsOf(
        write({ offer }, { ...sample.request, ...(digest !== undefined && { digest }) }),
      );
      const slots = [realm, method, intent, request, expires, digest ?? "", opaque].join("|");
      expect(id).to.equal(createHmac("sha256", challengeKey).update(slots).digest("base64url"));
    }
  });

  it("names the receiver's signer and the channel's state only where there are any", () => {
    const { request } = paramsOf(
      write({ offer: { ...offer, receiverSigner: sample.signer }, channel: sample.channel }),
    );
    expect(fromBase64url(request!).methodDetails).to.deep.equal({
      chainId: 31337,
      escrowContract: contract,
      recipientSigner: sample.signer,
      challengePeriod: 3600,
      channelState: { channelId, sender, accepted: "40", spent: "30", deposit: (2n ** 112n - 1n).toString() },
      proof: signature,
    });
  });

  it("leaves the query out of what it is bound to", () => {
    const { opaque } = paramsOf(
      write({ offer }, { ...sample.request, url: "https://shop.example:8443/a/b?secret=1#x" }),
    );
    expect(fromBase64url(opaque!)).to.deep.equal({ method: "GET", path: "/a/b" });
  });

  it("needs a key that cannot be guessed, and a chain id that fits", () => {
    for (const key of [undefined, new Uint8Array(15)]) {
      const bad = { dialects: ["payment" as const], ...(key && { challengeKey: key }) };
      expect(() => wire.writeChallenge({ offer }, sample.request, bad)).to.throw(RangeError, "challengeKey");
    }
    const far = { ...offer, manager: { chainId: 2n ** 53n, contract } };
    expect(() => write({ offer: far })).to.throw(RangeError);
  });

  it("is read as it was written", () => {
    for (const terms of [offer, sample.offer, { ...offer, receiverSigner: sample.signer }]) {
      for (const channel of [undefined, sample.channel]) {
        const header = write({ offer: terms, ...(channel && { channel }) });
        const expected = without(terms, "gatewayPath");
        expect(wire.readChallenge({ "WWW-Authenticate": header }, ["payment"])).to.deep.equal({
          kind: "challenge",
          challenge: {
            offer: expected,
            ...(channel && { channel }),
            echo: { dialect: "payment", challenge: paramsOf(header) },
          },
        });
      }
    }
  });

  it("is found among others, in any order, case and spelling", () => {
    const ours = write();
    const { id, request, expires, opaque } = paramsOf(ours);
    const foreign =
      'Payment id="x", realm="a", method="tempo", intent="charge", request="e30", opaque="b, Payment method=\\"rmps\\""';
    const spelled = `PAYMENT  ID = "${id}" , Realm="shop.example",METHOD=rmps, intent=session,request=${request},expires="${expires}",opaque="${opaque}"`;
    for (const header of [
      ours,
      `Basic realm="x", ${ours}`,
      `${ours}, Basic realm="x"`,
      `Negotiate YWJj==, ${ours}`,
      `Negotiate, ${ours}`,
      `${foreign}, ${ours}, ${foreign}`,
      `, ,${ours},`,
      spelled,
    ]) {
      const reading = wire.readChallenge({ "www-authenticate": header }, ["payment"]);
      expect(reading.kind, header).to.equal("challenge");
      expect(reading.kind === "challenge" && reading.challenge.echo).to.deep.equal({
        dialect: "payment",
        challenge: paramsOf(ours),
      });
    }
  });

  it("gives back what it has to, and nothing else", () => {
    const reading = wire.readChallenge({ "www-authenticate": `${write()}, description="a dog", x="y"` }, ["payment"]);
    expect(reading.kind === "challenge" && reading.challenge.echo).to.deep.equal({
      dialect: "payment",
      challenge: paramsOf(write()),
    });
  });

  it("is none where only others are there", () => {
    for (const header of [
      'Basic realm="x"',
      'Payment id="x", realm="a", method="tempo", intent="session", request="e30"',
      'Payment id="x", method="rmps", intent="charge"',
    ]) {
      expect(wire.readChallenge({ "www-authenticate": header }, ["payment"])).to.deep.equal({ kind: "none" });
    }
  });

  it("is malformed where the grammar, or the request in it, is", () => {
    const ours = write();
    const { request, ...rest } = paramsOf(ours);
    const withRequest = (json: unknown) =>
      `Payment ${Object.entries({ ...rest, request: toBase64url(json) })
        .map(([name, value]) => `${name}="${value}"`)
        .join(", ")}`;
    const good = fromBase64url(request!);
    const headers = [
      `${ours}, id="again"`,
      `${ours}, x="unclosed`,
      `Payment ="x"`,
      `"`,
      "Payment id=\u00e4",
      `Payment method="rmps", intent="session"`,
      `Payment method="rmps", intent="session", request="not base64url!"`,
      `Basic ${"a".repeat(40_000)}`,
      withRequest([]),
      withRequest("x"),
      ...[
        "amount",
        "currency",
        "recipient",
        "methodDetails",
        "methodDetails.chainId",
        "methodDetails.escrowContract",
        "methodDetails.challengePeriod",
      ].map((path) => withRequest(changed(good, path, undefined))),
      withRequest(changed(good, "amount", 5)),
      withRequest(changed(good, "amount", "1e5")),
      withRequest(changed(good, "currency", ZERO_ADDRESS)),
      withRequest(changed(good, "methodDetails.chainId", "31337")),
      withRequest(changed(good, "methodDetails.chainId", 1.5)),
      withRequest(changed(good, "methodDetails.chainId", -1)),
      withRequest(changed(good, "methodDetails.challengePeriod", "3600")),
      withRequest(changed(good, "methodDetails.challengePeriod", 2 ** 32)),
      withRequest(changed(good, "methodDetails.recipientSigner", "0x")),
      withRequest(changed(good, "methodDetails.channelState", {})),
      withRequest(changed(good, "methodDetails.channelState", "x")),
      withRequest(changed(good, "suggestedDeposit", -5)),
    ];
    expect(wire.readChallenge({ "www-authenticate": withRequest(good) }, ["payment"]).kind).to.equal("challenge");
    for (const header of headers) {
      expect(wire.readChallenge({ "www-authenticate": header }, ["payment"]).kind, header.slice(0, 200)).to.equal(
        "malformed",
      );
    }
  });
});

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

describe("checkChallenge", () => {
  const digest = wire.bodyDigest(Buffer.from("hello"));
  const challenge: wire.EchoedChallenge = { id: "x", expires: 1000, method: "POST", path: "/a", digest };
  const request: wire.ChallengedRequest = { method: "POST", url: "https://shop.example/a?x=1", digest };

  it("lets the answer to this request pass until the challenge expires", () => {
    expect(wire.checkChallenge(challenge, request, 1000)).to.equal(undefined);
    expect(wire.checkChallenge({ ...challenge, expires: 1001 }, request, 1001)).to.equal(undefined);
    const unbound = without(challenge, "digest");
    expect(wire.checkChallenge(unbound, request, 0)).to.equal(undefined);
  });

  it("refuses an expired one, another method, path or body", () => {
    const bodiless = without(request, "digest");
    const refused: [wire.EchoedChallenge, wire.ChallengedRequest, number][] = [
      [challenge, request, 1001],
      [{ ...challenge, expires: NaN }, request, 0],
      [challenge, { ...request, method: "GET" }, 0],
      [challenge, { ...request, url: "https://shop.example/b" }, 0],
      [challenge, { ...request, digest: wire.bodyDigest(Buffer.from("other")) }, 0],
      [challenge, bodiless, 0],
    ];
    for (const each of refused) {
      expect(wire.checkChallenge(...each)).to.include({ code: "malformed-payment", challengeAtFault: true });
    }
  });

  it("knows the digest of RFC 9530's example", () => {
    // RFC 9530, appendix B.1: the representation {"hello": "world"} and a line feed.
    expect(wire.bodyDigest(Buffer.from('{"hello": "world"}\n'))).to.equal(
      "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
    );
  });
});

describe("a Payment receipt", () => {
  it("has the documented members, and is read as it was written", () => {
    const headers = wire.writeReceipt("payment", { ...sample.receipt, challengeId: "abc" });
    expect(headers["Cache-Control"]).to.equal("private");
    expect(fromBase64url(headers["Payment-Receipt"]!)).to.deep.equal({
      method: "rmps",
      intent: "session",
      status: "success",
      timestamp: "2030-01-01T00:00:00.000Z",
      reference: channelId,
      challengeId: "abc",
      channelId,
      acceptedCumulative: "40",
      spent: "30",
      chainId: 31337,
    });
    const receipt = { dialect: "payment", channelId, chainId: 31337n, accepted: 40n, spent: 30n };
    expect(wire.readReceipt(headers)).to.deep.equal({ kind: "receipt", receipt });
  });

  it("needs a chain id that fits", () => {
    const far = { ...sample.receipt, manager: { chainId: 2n ** 53n, contract } };
    expect(() => wire.writeReceipt("payment", far)).to.throw(RangeError);
  });

  it("comes with success only", () => {
    for (const status of [200, 206, 299])
      expect(wire.writeReceipt("payment", sample.receipt, status)).to.have.property("Payment-Receipt");
    for (const status of [199, 304, 402, 418, 500]) {
      expect(wire.writeReceipt("payment", sample.receipt, status)).to.deep.equal({ "Cache-Control": "private" });
    }
  });

  it("is malformed where a member is missing or bad", () => {
    const good = fromBase64url(wire.writeReceipt("payment", sample.receipt)["Payment-Receipt"]!);
    for (const [name, value] of [
      ["method", "tempo"],
      ["channelId", undefined],
      ["acceptedCumulative", 40],
      ["spent", "-1"],
      ["chainId", "31337"],
    ] as const) {
      expect(wire.readReceipt({ "payment-receipt": toBase64url(changed(good, name, value)) }).kind, name).to.equal(
        "malformed",
      );
    }
    expect(wire.readReceipt({ "payment-receipt": "?" }).kind).to.equal("malformed");
  });
});
