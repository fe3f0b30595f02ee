import { createHmac } from "node:crypto";
import { ZERO_ADDRESS } from "@rmps/proofs";
import { expect } from "chai";
import * as wire from "../../src/index.ts";
import { changed, fromBase64url, toBase64url, without } from "../support/json.ts";
import { challengeKey, offer, paramsOf, write } from "../support/payment-auth.ts";
import * as sample from "../support/samples.ts";

const { signature, contract, receiver, token, sender, channelId } = sample;

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
