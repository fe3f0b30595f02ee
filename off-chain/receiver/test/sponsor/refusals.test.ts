import { channelId, type Hex } from "@rmps/proofs";
import { expect } from "chai";
import { parseSponsorRequest } from "../../src/api/parse.ts";
import { depositCall } from "../../src/sponsor/calls.ts";
import { simulate } from "../../src/sponsor/simulation.ts";
import { eventually, GAS_PAYER, UNIT, type Key, type TestChain } from "../support/chain.ts";
import { byAuthorization, byPermit2, penniless, SPONSOR, type Wish } from "../support/sponsor.ts";
import { SponsoringShop } from "../support/sponsoring-shop.ts";

const FEE = SPONSOR.fee!;

describe("POST /channels refuses, and sends nothing,", () => {
  let shop: SponsoringShop;
  let chain: TestChain;
  let sender: Key;
  let sent: number;

  before(async () => {
    shop = await SponsoringShop.build();
    await shop.restart();
    ({ chain } = shop);
  });
  after(() => shop.stop());

  const opened = async (wish: Wish) => shop.ask(await byAuthorization(chain, sender, wish));

  beforeEach(async () => {
    sender = await penniless(chain);
    sent = await chain.sent(GAS_PAYER);
  });
  afterEach(async () => expect(await chain.sent(GAS_PAYER)).to.equal(sent));

  it("what it cannot read, and says which part", async () => {
    const good = await byAuthorization(chain, sender);
    const { authorization, terms } = good;
    const bad: [string, unknown][] = [
      ["", "{"],
      ["terms", { ...good, terms: { ...terms, challenge_period: 899 } }],
      ["terms", { ...good, terms: { ...terms, sender: "0x12" } }],
      ["terms", { ...good, terms: { ...terms, more: 1 } }],
      ["amount", { ...good, amount: "1.5" }],
      ["amount", { ...good, amount: `${2n ** 256n}` }],
      ["fee", { ...good, fee: -1 }],
      ["", { ...good, more: 1 }],
      ["authorization", { ...good, authorization: { ...authorization, method: "permit" } }],
      ["nonce_salt", { ...good, authorization: { ...authorization, nonce_salt: "0x12" } }],
      ["signature", { ...good, authorization: { ...authorization, signature: "0x123" } }],
      ["signature", { ...good, authorization: { ...authorization, signature: `0x${"11".repeat(5000)}` } }],
      ["valid_before", { ...good, authorization: { ...authorization, valid_before: undefined } }],
    ];
    for (const [part, body] of bad) {
      const { status, code, json } = await shop.ask(body);
      expect({ status, code }, part).to.deep.equal({ status: 400, code: "malformed-request" });
      expect(json["detail"]).to.contain(part);
    }
  });

  it("terms that are not exactly ours", async () => {
    const others = {
      receiver: sender.address,
      receiverSigner: sender.address,
      token: GAS_PAYER.address,
      challengePeriod: 901,
    } as const;
    for (const [name, value] of Object.entries(others)) {
      const terms = chain.termsOf(sender, { [name]: value });
      const { status, code } = await shop.ask(await byAuthorization(chain, sender, { terms }));
      expect({ status, code }, name).to.deep.equal({ status: 422, code: "wrong-terms" });
    }
  });

  it("a deposit that is too small once the fee is off, and names the least", async () => {
    const least = SPONSOR.minDeposit + FEE;
    const answer = await opened({ amount: least - 1n });
    expect(answer).to.include({ status: 422, code: "deposit-too-small" });
    expect(answer.json["least"]).to.equal(String(least));
  });

  it("a fee that is not the one it asks for, and names that", async () => {
    for (const fee of [0n, FEE - 1n, FEE + 1n]) {
      const answer = await opened({ fee });
      expect(answer).to.include({ status: 409, code: "fee-not-ours" });
      expect(answer.json["fee"]).to.equal(String(FEE));
    }
  });

  it("an authorization that is not valid yet, or not for long enough", async () => {
    for (const times of [{ from: 3600, until: 9000 }, { until: 500 }, { until: -10 }]) {
      expect(await opened(times)).to.include({ status: 422, code: "authorization-window" });
    }
    expect(await shop.ask(await byPermit2(chain, sender, { until: 500 }))).to.include({ code: "authorization-window" });
  });

  it("a call that the contract answers with another channel than the one that is asked for", async () => {
    const parsed = parseSponsorRequest(await byAuthorization(chain, sender));
    if ("problem" in parsed) throw new Error(parsed.problem.detail);
    const { account } = shop.receiver.engine.settler!;
    const call = depositCall(parsed.value);
    const tryOut = (expected: Hex) => simulate(account, chain.manager.contract, call, expected);
    expect(await tryOut(channelId(parsed.value.terms, chain.manager))).to.include({ kind: "succeeds" });
    const reason = "the contract answers with another channel";
    expect(await tryOut(`0x${"11".repeat(32)}`)).to.deep.equal({ kind: "reverts", reason });
  });

  it("what would revert, and says why", async () => {
    const terms = chain.termsOf(sender);
    const { authorization, ...good } = await byAuthorization(chain, sender, { terms });
    const signature = authorization.signature.replace(/^0x..../, "0x1234");
    const forged = await shop.ask({ ...good, authorization: { ...authorization, signature } });
    expect(forged).to.include({ status: 409, code: "would-fail" });
    const poor = await opened({ amount: 11n * UNIT });
    expect(poor).to.include({ status: 409, code: "would-fail" });
    expect(poor.json["detail"]).to.contain("ERC20InsufficientBalance");
    const spent = await shop.ask(await byPermit2(chain, sender));
    expect(spent.json["detail"], "nothing is approved").to.contain("TRANSFER_FROM_FAILED");
  });

  it("a channel that is closing or closed", async () => {
    const channel = await chain.open(5);
    const { terms } = channel;
    const key = channel.sender;
    await eventually(async () => (await shop.receiver.store.channel(channel.id)) !== undefined);
    await chain.requestClose(channel, 0n);
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.closesAt !== 0);
    expect(await shop.ask(await byAuthorization(chain, key, { terms }))).to.include({
      status: 409,
      code: "channel-closing",
    });
    await chain.pass(3600);
    await chain.finalize(channel);
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.closesAt === 0xffffffff);
    expect(await shop.ask(await byAuthorization(chain, key, { terms }))).to.include({
      status: 409,
      code: "channel-closed",
    });
  });
});
