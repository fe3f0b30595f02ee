import type { Hex } from "@rmps/proofs";
import { channelId, PERMIT2 } from "@rmps/proofs";
import { expect } from "chai";
import { MaxUint256, parseEther, Wallet } from "ethers";
import { deployPermit2To } from "../../../../test/fixtures/permit2-code.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { expectDescribed } from "../api/openapi-check.ts";
import { eventually, GAS_PAYER, TestChain, UNIT, type Key } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";
import { byAuthorization, byPermit2, penniless, SPONSOR, type Wish } from "../support/sponsor.ts";

const FEE = SPONSOR.fee!;

describe("POST /channels", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver;

  before(async () => {
    chain = await TestChain.start();
    await deployPermit2To(chain.signer(0), (method, params) => chain.rpc(method, params));
    receiver = await start(chain, stores.path(), { sponsor: SPONSOR });
  });
  after(async () => {
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  async function ask(body: unknown, of: RunningReceiver = receiver) {
    const response = await fetch(`${of.url}/api/1/channels`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const json = (await response.json()) as Record<string, string>;
    expectDescribed("POST", "/channels", response, json);
    return { status: response.status, json, code: json["code"], headers: response.headers };
  }
  const known = async (id: Hex, deposit: bigint) =>
    eventually(async () => (await receiver.store.channel(id))?.confirmedDeposit === deposit);
  const opened = async (sender: Key, wish: Wish = {}) => {
    const terms = wish.terms ?? chain.termsOf(sender);
    const answer = await ask(await byAuthorization(chain, sender, { ...wish, terms }));
    return { ...answer, channel: chain.channel(sender, terms) };
  };

  it("opens a channel for a sender without coins, and takes the fee from the first proof", async () => {
    const sender = await penniless(chain);
    const { status, json, channel } = await opened(sender);
    expect(status, JSON.stringify(json)).to.equal(202);
    expect(json).to.include({ channel_id: channel.id, fee: String(FEE) });
    const receipt = await chain.provider.getTransactionReceipt(json["transaction"]!);
    expect(receipt).to.include({ status: 1, hash: json["transaction"] });
    expect(receipt!.from.toLowerCase()).to.equal(GAS_PAYER.address);
    expect(await chain.provider.getBalance(sender.address)).to.equal(0n);
    await known(channel.id, UNIT);
    expect(await pay(receiver, channel, 5n, 5n)).to.include({ kind: "refused", code: "insufficient-payment" });
    expect(await pay(receiver, channel, FEE + 5n, 5n)).to.include({ kind: "paid", spent: FEE + 5n });
    expect(await pay(receiver, channel, FEE + 10n, 5n)).to.include({ kind: "paid", spent: FEE + 10n });
  });

  it("tops a channel up, however it was opened", async () => {
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    await chain.deposit(terms, UNIT);
    const { status, channel } = await opened(sender, { terms });
    expect(status).to.equal(202);
    await known(channel.id, 2n * UNIT);
  });

  it("takes a Permit2 authorization as well", async () => {
    const sender = await penniless(chain);
    await chain.rpc("hardhat_setBalance", [sender.address, "0xde0b6b3a7640000"]);
    const approving = new Wallet(sender.key, chain.provider);
    await (await chain.token.connect(approving).approve(PERMIT2, MaxUint256)).wait();
    const terms = chain.termsOf(sender);
    const { status, json } = await ask(await byPermit2(chain, sender, { terms }));
    expect(status, JSON.stringify(json)).to.equal(202);
    await known(channelId(terms, chain.manager), UNIT);
  });

  it("answers the very same request with the same transaction, and sends it once", async () => {
    const sender = await penniless(chain);
    const body = await byAuthorization(chain, sender);
    const before = await chain.sent(GAS_PAYER);
    const answers = await Promise.all([ask(body), ask(body), ask(body)]);
    await chain.mine(70); // It is final, and no longer in the queue.
    await receiver.engine.settler!.round();
    answers.push(await ask(body));
    expect(new Set(answers.map(({ status, json }) => `${status} ${json["transaction"]}`)).size).to.equal(1);
    expect(answers[0].status).to.equal(202);
    expect(await chain.sent(GAS_PAYER)).to.equal(before + 1);
  });

  it("says in its sums what it sponsors, and nothing where it does not", async () => {
    const sums = async ({ url }: RunningReceiver) => {
      const response = await fetch(`${url}/api/1/stats`);
      const json = (await response.json()) as Record<string, unknown>;
      expectDescribed("GET", "/stats", response, json);
      return json["sponsoring"];
    };
    expect(await sums(receiver)).to.deep.equal({
      methods: ["erc3009", "permit2"],
      min_deposit: String(SPONSOR.minDeposit + FEE),
      fee: String(FEE),
    });
    const other = await start(chain, stores.path());
    try {
      expect(await sums(other)).to.equal(null);
      const answer = await ask(await byAuthorization(chain, await penniless(chain)), other);
      expect(answer).to.include({ status: 404, code: "sponsoring-off" });
    } finally {
      await other.close();
    }
  });

  describe("refuses, and sends nothing,", () => {
    let sender: Key;
    let sent: number;

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
        const { status, code, json } = await ask(body);
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
        const { status, code } = await ask(await byAuthorization(chain, sender, { terms }));
        expect({ status, code }, name).to.deep.equal({ status: 422, code: "wrong-terms" });
      }
    });

    it("a deposit that is too small once the fee is off, and names the least", async () => {
      const least = SPONSOR.minDeposit + FEE;
      const answer = await opened(sender, { amount: least - 1n });
      expect(answer).to.include({ status: 422, code: "deposit-too-small" });
      expect(answer.json["least"]).to.equal(String(least));
    });

    it("a fee that is not the one it asks for, and names that", async () => {
      for (const fee of [0n, FEE - 1n, FEE + 1n]) {
        const answer = await opened(sender, { fee });
        expect(answer).to.include({ status: 409, code: "fee-not-ours" });
        expect(answer.json["fee"]).to.equal(String(FEE));
      }
    });

    it("an authorization that is not valid yet, or not for long enough", async () => {
      for (const times of [{ from: 3600, until: 9000 }, { until: 500 }, { until: -10 }]) {
        expect(await opened(sender, times)).to.include({ status: 422, code: "authorization-window" });
      }
      expect(await ask(await byPermit2(chain, sender, { until: 500 }))).to.include({ code: "authorization-window" });
    });

    it("what would revert, and says why", async () => {
      const terms = chain.termsOf(sender);
      const { authorization, ...good } = await byAuthorization(chain, sender, { terms });
      const signature = authorization.signature.replace(/^0x..../, "0x1234");
      const forged = await ask({ ...good, authorization: { ...authorization, signature } });
      expect(forged).to.include({ status: 409, code: "would-fail" });
      const poor = await opened(sender, { amount: 11n * UNIT });
      expect(poor).to.include({ status: 409, code: "would-fail" });
      expect(poor.json["detail"]).to.contain("ERC20InsufficientBalance");
      const spent = await ask(await byPermit2(chain, sender));
      expect(spent.json["detail"], "nothing is approved").to.contain("TRANSFER_FROM_FAILED");
    });

    it("a channel that is closing or closed", async () => {
      const channel = await chain.open(5);
      const { terms } = channel;
      const key = channel.sender;
      await eventually(async () => (await receiver.store.channel(channel.id)) !== undefined);
      await chain.requestClose(channel, 0n);
      await eventually(async () => (await receiver.store.channel(channel.id))?.closesAt !== 0);
      expect(await ask(await byAuthorization(chain, key, { terms }))).to.include({
        status: 409,
        code: "channel-closing",
      });
      await chain.pass(3600);
      await chain.finalize(channel);
      await eventually(async () => (await receiver.store.channel(channel.id))?.closesAt === 0xffffffff);
      expect(await ask(await byAuthorization(chain, key, { terms }))).to.include({
        status: 409,
        code: "channel-closed",
      });
    });
  });

  describe("keeps to its limits:", () => {
    async function withSponsor(over: Partial<typeof SPONSOR>, work: (other: RunningReceiver) => Promise<void>) {
      const other = await start(chain, stores.path(), { sponsor: { ...SPONSOR, ...over } });
      try {
        await work(other);
      } finally {
        await other.close();
      }
    }

    it("the price of gas", async () => {
      await withSponsor({ maxCost: 1_000_000_000n }, async (other) => {
        const answer = await ask(await byAuthorization(chain, await penniless(chain)), other);
        expect(answer).to.include({ status: 503, code: "too-costly" });
        expect(answer.headers.get("retry-after")).to.equal("300");
      });
    });

    it("the budget, which is charged what a deposit did cost", async () => {
      const limits = { budget: parseEther("0.01"), maxCost: parseEther("0.01") };
      await withSponsor(limits, async (other) => {
        const body = await byAuthorization(chain, await penniless(chain));
        expect(await ask(body, other)).to.include({ status: 202 });
        await other.engine.settler!.round();
        const used = await other.store.sponsorships.spent(0);
        expect(used > 0n && used < limits.maxCost, String(used)).to.equal(true);
        expect(other.engine.alarms.rings("sponsor-budget")).to.equal(true);
        const next = await ask(await byAuthorization(chain, await penniless(chain)), other);
        expect(next).to.include({ status: 503, code: "budget-exhausted" });
        expect(await ask(body, other), "known ones cost nothing").to.include({ status: 202 });
      });
    });

    it("its own transactions come first where gas money is short", async () => {
      await withSponsor({ budget: parseEther("1000000"), maxCost: parseEther("100000") }, async (other) => {
        await other.engine.settler!.round();
        const answer = await ask(await byAuthorization(chain, await penniless(chain)), other);
        expect(answer).to.include({ status: 503, code: "gas-money-short" });
      });
    });
  });
});
