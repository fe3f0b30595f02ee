import { expect } from "chai";
import * as wire from "../src/index.ts";
import * as sample from "./support/samples.ts";

const challenge = (refusal: wire.Refusal): wire.Challenge => ({ offer: sample.offer, refusal });

describe("refusals", () => {
  it("are a closed set with one status each", () => {
    const statuses = Object.fromEntries(wire.REFUSAL_CODES.map((code) => [code, wire.statusOf(code)]));
    expect(statuses).to.deep.equal({
      "payment-required": 402,
      "channel-not-found": 402,
      "channel-not-confirmed": 402,
      "wrong-terms": 402,
      "invalid-signature": 402,
      "balance-exceeds-deposit": 402,
      "insufficient-payment": 402,
      "channel-closing": 402,
      "channel-closed": 402,
      "malformed-payment": 400,
      busy: 503,
      "chain-unavailable": 503,
      "store-unavailable": 503,
    });
    expect(wire.isRefusalCode("busy")).to.equal(true);
    for (const other of ["", "toString", "__proto__", "lazy", 5, null])
      expect(wire.isRefusalCode(other)).to.equal(false);
  });

  it("answer a malformed payment with 402 in the Payment dialect alone", () => {
    expect(wire.statusOf("malformed-payment", "payment")).to.equal(402);
    expect(wire.statusOf("malformed-payment", "rdn")).to.equal(400);
    expect(wire.statusOf("malformed-payment", "x402")).to.equal(400);
    expect(wire.statusOf("busy", "payment")).to.equal(503);
  });

  it("become problem documents that say what to do", () => {
    for (const code of wire.REFUSAL_CODES) {
      const document = wire.problem({ code });
      expect(document).to.include({ code, status: wire.statusOf(code), type: `urn:rmps:problem:${code}` });
      for (const text of [document.title, document.detail, document.remedy]) expect(text).to.match(/^[A-Z].{3,}/);
    }
    expect(
      wire.problem({
        code: "channel-not-confirmed",
        detail: "Opened 2 blocks ago.",
        remedy: "Wait.",
        missingConfirmations: 10,
      }),
    ).to.deep.equal({
      type: "urn:rmps:problem:channel-not-confirmed",
      title: "Channel not confirmed yet",
      status: 402,
      detail: "Opened 2 blocks ago.",
      code: "channel-not-confirmed",
      remedy: "Wait.",
      missingConfirmations: 10,
    });
  });

  it("are read back from problem documents, and from nothing else", () => {
    const refusal: wire.Refusal = {
      code: "channel-not-confirmed",
      detail: "Soon.",
      remedy: "Wait.",
      missingConfirmations: 3,
    };
    expect(wire.readProblem(JSON.parse(JSON.stringify(wire.problem(refusal, "payment"))))).to.deep.equal(refusal);
    for (const body of [null, undefined, "busy", [], {}, { code: "toString" }, { code: 5 }]) {
      expect(wire.readProblem(body)).to.equal(undefined);
    }
    expect(wire.readProblem({ code: "busy", detail: 5, missingConfirmations: -1 })).to.deep.equal({ code: "busy" });
  });

  it("with 402 carry the offer, the others do not", () => {
    const options: wire.WireOptions = { dialects: ["rdn"] };
    const refused = wire.writeRefusal(challenge({ code: "insufficient-payment" }), sample.request, options, "rdn");
    expect(refused.status).to.equal(402);
    expect(refused.headers).to.include({
      "Cache-Control": "no-store",
      "Content-Type": "application/problem+json",
      "RDN-Price": sample.offer.price.toString(),
      "RDN-Invalid-Amount": "1",
    });
    expect(refused.problem.code).to.equal("insufficient-payment");
    expect(wire.writeRefusal(challenge({ code: "malformed-payment" }), sample.request, options, "rdn")).to.deep.include(
      {
        status: 400,
        headers: { "Cache-Control": "no-store", "Content-Type": "application/problem+json" },
      },
    );
  });

  it("without any refusal ask for payment", () => {
    const answer = wire.writeRefusal({ offer: sample.offer }, sample.request, { dialects: ["rdn"] });
    expect(answer.status).to.equal(402);
    expect(answer.problem.code).to.equal("payment-required");
  });

  it("with 503 say when to come back", () => {
    for (const [retryAfter, header] of [
      [undefined, "1"],
      [7, "7"],
      [0.2, "1"],
      [0, "1"],
    ] as const) {
      const refusal: wire.Refusal = { code: "busy", ...(retryAfter !== undefined && { retryAfter }) };
      const answer = wire.writeRefusal(challenge(refusal), sample.request);
      expect(answer.status).to.equal(503);
      expect(answer.headers).to.deep.equal({
        "Cache-Control": "no-store",
        "Content-Type": "application/problem+json",
        "Retry-After": header,
      });
    }
  });

  it("come of malformed payments with their detail and remedy", () => {
    const reading = wire.readPayment({ "RDN-Channel-Id": "7" });
    if (reading.kind !== "malformed") throw new Error("was read");
    const refusal = wire.malformedPayment(reading);
    expect(refusal).to.deep.equal({ code: "malformed-payment", detail: reading.detail, remedy: reading.remedy });
    expect(wire.malformedPayment({ ...reading, challengeAtFault: true }).challengeAtFault).to.equal(true);
  });
});

describe("claims", () => {
  const { contract, token, receiver, sender } = sample;
  const other = `0x${"0e".repeat(20)}` as const;

  it("contradict an offer by the first that differs", () => {
    const full: wire.Claims = { chainId: 31337n, contract, token, receiver, sender };
    expect(wire.contradiction({}, sample.offer, sender)).to.equal(undefined);
    expect(wire.contradiction(full, sample.offer, sender)).to.equal(undefined);
    expect(wire.contradiction(full, sample.offer)).to.equal(undefined);
    expect(wire.contradiction({ ...full, chainId: 1n }, sample.offer)).to.equal("chainId");
    for (const name of ["contract", "token", "receiver", "sender"] as const) {
      expect(wire.contradiction({ ...full, [name]: other }, sample.offer, sender)).to.equal(name);
      expect(wire.contradiction({ [name]: other }, sample.offer, sender)).to.equal(name);
    }
  });
});
