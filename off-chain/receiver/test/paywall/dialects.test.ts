import { expect } from "chai";
import { readChallenge, readReceipt, writePayment, type DialectName, type HeaderMap } from "@rmps/wire";
import type { Admission, RequestFacts, Sale } from "../../src/paywall/types.ts";
import { openShop, ourTerms, START, type Shop } from "../support/shop.ts";
import type { TestChannel } from "../support/channels.ts";

describe("The paywall in every dialect", () => {
  let shop: Shop;
  let channel: TestChannel;
  beforeEach(async () => {
    shop = await openShop();
    channel = await shop.channel();
  });
  afterEach(() => shop.close());

  const facts = (headers: HeaderMap = {}, changes: Partial<RequestFacts> = {}): RequestFacts => {
    const byName = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return {
      method: "GET",
      target: "/picture",
      url: () => "http://127.0.0.1:5000/picture",
      header: (name) => byName[name],
      secure: true,
      body: () => Promise.resolve(new Uint8Array()),
      ...changes,
    };
  };
  const sale: Sale = { price: 5n, description: "A picture" };

  const refused = (admission: Admission) => {
    if (admission.kind !== "refused") throw new Error(`not refused: ${admission.kind}`);
    return admission;
  };
  const codeOf = (admission: Admission) => (JSON.parse(String(refused(admission).body)) as { code: string }).code;

  /** Reads the offer and answers it, as a client of that dialect does. */
  async function answer(dialect: DialectName, balance: bigint, request = facts(), sold = sale): Promise<HeaderMap> {
    const { headers } = refused(await shop.paywall.admit(request, sold));
    const reading = readChallenge(headers, [dialect]);
    if (reading.kind !== "challenge") throw new Error(`no challenge in ${dialect}`);
    expect(reading.challenge.offer.price).to.equal(sold.price);
    const proof = { channelId: channel.id, balance, signature: channel.proof(balance) };
    return writePayment(proof, reading.challenge.echo);
  }

  for (const dialect of ["rdn", "payment", "x402"] as const) {
    it(`sells in ${dialect}, with a receipt in the same`, async () => {
      const paid = await shop.paywall.admit(facts(await answer(dialect, 5n)), sale);
      if (paid.kind !== "paid") throw new Error(codeOf(paid));
      const receipt = readReceipt(paid.receipt(200));
      expect(receipt).to.deep.include({ kind: "receipt" });
      expect(receipt).to.have.nested.property("receipt.dialect", dialect);
      expect(receipt).to.have.nested.property("receipt.spent", 5n);
      expect(paid.receipt(200)["Cache-Control"]).to.equal("private");
      expect(paid.receipt(500)).to.deep.equal({});
      await paid.ended({ kind: "answered", status: 200 });
      await paid.ended({ kind: "threw" });
      expect(await shop.store.channel(channel.id)).to.include({ spent: 5n, inFlight: 0n });
    });

    it(`shows the sender its channel in ${dialect} when too little is paid`, async () => {
      const headers = await answer(dialect, 3n);
      const admission = refused(await shop.paywall.admit(facts(headers), sale));
      expect(codeOf(admission)).to.equal("insufficient-payment");
      const reading = readChallenge(admission.headers, [dialect]);
      if (reading.kind !== "challenge") throw new Error("no challenge");
      expect(reading.challenge.channel).to.include({ accepted: 3n, spent: 0n, proof: channel.proof(3n) });
    });
  }

  it("suggests a deposit for a hundred requests, or the least that is taken where that is more", async () => {
    async function suggested(price: bigint): Promise<bigint | undefined> {
      const reading = readChallenge(refused(await shop.paywall.admit(facts(), { price })).headers, ["x402"]);
      return reading.kind === "challenge" ? reading.challenge.offer.suggestedDeposit : undefined;
    }
    await shop.close();
    shop = await openShop({ ledger: { terms: { ...ourTerms, minDeposit: 700n } } });
    expect(await suggested(8n)).to.equal(800n);
    expect(await suggested(6n)).to.equal(700n);
  });

  it("gives its receipt with a handler's own refusal where the dialect has one for that", async () => {
    const receipts = { rdn: "RDN-Cost", payment: "Payment-Receipt", x402: "PAYMENT-RESPONSE" } as const;
    const given = { rdn: [200, 206, 304, 402, 404], payment: [200, 206], x402: [200, 206, 304, 404] } as const;
    let balance = 0n;
    for (const [dialect, header] of Object.entries(receipts) as [DialectName, string][]) {
      const paid = await shop.paywall.admit(facts(await answer(dialect, (balance += 5n))), sale);
      if (paid.kind !== "paid") throw new Error(codeOf(paid));
      const with_ = [200, 206, 304, 402, 404, 500].filter((status) => header in paid.receipt(status));
      expect(with_, dialect).to.deep.equal(given[dialect]);
      await paid.ended({ kind: "answered", status: 200 });
    }
  });

  it("offers the Payment scheme over TLS or on this machine only", async () => {
    const secure = refused(await shop.paywall.admit(facts(), sale));
    expect(secure.headers).to.have.property("WWW-Authenticate");
    const plain = refused(await shop.paywall.admit(facts({}, { secure: false }), sale));
    expect(plain.headers).to.not.have.property("WWW-Authenticate");
    expect(plain.headers).to.have.property("RDN-Price");
  });

  it("takes a challenge for its own request and time only", async () => {
    const headers = await answer("payment", 5n);
    const elsewhere = { target: "/other", url: () => "http://127.0.0.1:5000/other" };
    expect(codeOf(await shop.paywall.admit(facts(headers, elsewhere), sale))).to.equal("malformed-payment");
    expect(codeOf(await shop.paywall.admit(facts(headers, { method: "POST" }), sale))).to.equal("malformed-payment");
    const dearer = codeOf(await shop.paywall.admit(facts(headers, elsewhere), { price: 1000n }));
    expect(dearer, "whatever that one costs").to.equal("malformed-payment");
    shop.now = START + 5 * 60 * 1000 + 1;
    expect(codeOf(await shop.paywall.admit(facts(headers), sale)), "expired").to.equal("malformed-payment");
    shop.now = START;
    expect((await shop.paywall.admit(facts(headers), sale)).kind).to.equal("paid");
  });

  it("answers HEAD with a challenge that pays for GET, as an unpaid GET does", async () => {
    const headers = await answer("payment", 5n, facts({}, { method: "HEAD" }));
    expect((await shop.paywall.admit(facts(headers), sale)).kind).to.equal("paid");
  });

  it("binds a challenge to the body", async () => {
    const post = (body: string): Partial<RequestFacts> => ({
      method: "POST",
      body: () => Promise.resolve(new TextEncoder().encode(body)),
    });
    const headers = await answer("payment", 5n, facts({}, post("one")));
    expect(codeOf(await shop.paywall.admit(facts(headers, post("two")), sale))).to.equal("malformed-payment");
    expect((await shop.paywall.admit(facts(headers, post("one")), sale)).kind).to.equal("paid");
  });

  it("takes the price from the route, never from a challenge for a cheaper one", async () => {
    for (const dialect of ["payment", "x402"] as const) {
      const cheap = await answer(dialect, 1n, facts(), { price: 1n });
      const admission = await shop.paywall.admit(facts(cheap), { price: 1000n });
      expect(codeOf(admission), dialect).to.equal("insufficient-payment");
    }
  });

  it("calls two dialects at once malformed", async () => {
    const both = { ...(await answer("rdn", 5n)), ...(await answer("x402", 5n)) };
    expect(refused(await shop.paywall.admit(facts(both), sale)).status).to.equal(400);
  });

  it("keeps to what the request allows and says", async () => {
    const base = await answer("rdn", 50n);
    const withHeader = async (name: string, value: string) =>
      codeOf(await shop.paywall.admit(facts({ ...base, [name]: value }), sale));
    expect(await withHeader("RDN-Price", "4")).to.equal("insufficient-payment");
    const other = `0x${"99".repeat(20)}`;
    expect(await withHeader("RDN-Contract-Address", other)).to.equal("wrong-terms");
    expect(await withHeader("RDN-Receiver-Address", other)).to.equal("wrong-terms");
    expect(await withHeader("RDN-Sender-Address", other)).to.equal("wrong-terms");
    expect(await shop.store.channel(channel.id)).to.include({ accepted: 0n });
    const good = { ...base, "RDN-Price": "5", "RDN-Sender-Address": channel.terms.sender };
    expect((await shop.paywall.admit(facts(good), sale)).kind).to.equal("paid");
  });

  it("makes no offer while it could not sell", async () => {
    shop.head = undefined;
    const admission = refused(await shop.paywall.admit(facts(), sale));
    expect(admission.status).to.equal(503);
    expect(admission.headers).to.have.property("Retry-After");
    expect(admission.headers).to.not.have.property("RDN-Price");
    expect(codeOf(admission)).to.equal("chain-unavailable");
  });

  it("shows a page to a browser, and escapes what is on it", async () => {
    const accept = { accept: "text/html,application/xhtml+xml;q=0.9" };
    const sold = { price: 20_000_000_000_000_000n, description: `<script>"'&` };
    const url = () => "http://127.0.0.1:5000/p?<b>";
    const { headers, body, status } = refused(await shop.paywall.admit(facts(accept, { url }), sold));
    expect(status).to.equal(402);
    expect(headers["Content-Type"]).to.contain("text/html");
    expect(headers["Content-Security-Policy"]).to.contain("default-src 'none'");
    expect(headers["RDN-Price"]).to.equal("20000000000000000");
    expect(body).to.contain("0.02 MIC").and.to.contain("&lt;script&gt;&quot;&#39;&amp;").and.to.not.contain("<b>");
    const paying = facts({ ...accept, ...(await answer("rdn", 3n)) });
    expect(refused(await shop.paywall.admit(paying, sale)).headers["Content-Type"]).to.contain("problem+json");
  });

  it("refuses an Idempotency-Key that is none, and bodies that are too long for one", async () => {
    const payment = await answer("rdn", 5n);
    const bad = facts({ ...payment, "idempotency-key": "a b" });
    expect(refused(await shop.paywall.admit(bad, sale)).status).to.equal(400);
    const long = facts({ ...payment, "idempotency-key": "k" }, { body: () => Promise.resolve(undefined) });
    expect(refused(await shop.paywall.admit(long, sale)).status).to.equal(413);
    const good = facts({ ...payment, "idempotency-key": "k" });
    const paid = await shop.paywall.admit(good, sale);
    expect(paid.kind).to.equal("paid");
    expect(refused(await shop.paywall.admit(good, sale)).status, "still in the making").to.equal(409);
  });
});
