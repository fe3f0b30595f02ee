import type { Hex } from "@rmps/proofs";
import { channelId, PERMIT2 } from "@rmps/proofs";
import { expect } from "chai";
import { MaxUint256, Wallet } from "ethers";
import type { RunningReceiver } from "../../src/receiver.ts";
import { expectDescribed } from "../api/openapi-check.ts";
import { eventually, GAS_PAYER, UNIT, type TestChain } from "../support/chain.ts";
import { pay, start } from "../support/receiver.ts";
import { byAuthorization, byPermit2, penniless, SPONSOR } from "../support/sponsor.ts";
import { askFor, SponsoringShop } from "../support/sponsoring-shop.ts";

const FEE = SPONSOR.fee!;

describe("POST /channels", () => {
  let shop: SponsoringShop;
  let chain: TestChain;
  let receiver: RunningReceiver;

  before(async () => {
    shop = await SponsoringShop.build();
    await shop.restart();
    ({ chain, receiver } = shop);
  });
  after(() => shop.stop());

  const known = async (id: Hex, deposit: bigint) =>
    eventually(async () => (await receiver.store.channel(id))?.confirmedDeposit === deposit);

  it("opens a channel for a sender without coins, and takes the fee from the first proof", async () => {
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    const { status, json } = await shop.ask(await byAuthorization(chain, sender, { terms }));
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
    expect(await shop.ask(await byAuthorization(chain, sender, { terms }))).to.include({ status: 202 });
    await known(channelId(terms, chain.manager), 2n * UNIT);
  });

  it("takes a Permit2 authorization as well", async () => {
    const sender = await penniless(chain);
    await chain.rpc("hardhat_setBalance", [sender.address, "0xde0b6b3a7640000"]);
    const approving = new Wallet(sender.key, chain.provider);
    await (await chain.token.connect(approving).approve(PERMIT2, MaxUint256)).wait();
    const terms = chain.termsOf(sender);
    const { status, json } = await shop.ask(await byPermit2(chain, sender, { terms }));
    expect(status, JSON.stringify(json)).to.equal(202);
    await known(channelId(terms, chain.manager), UNIT);
  });

  it("answers the very same request with the same transaction, and sends it once", async () => {
    const sender = await penniless(chain);
    const body = await byAuthorization(chain, sender);
    const before = await chain.sent(GAS_PAYER);
    const answers = await Promise.all([shop.ask(body), shop.ask(body), shop.ask(body)]);
    await chain.mine(70); // It is final, and no longer in the queue.
    await receiver.engine.settler!.round();
    answers.push(await shop.ask(body));
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
    const other = await start(chain, shop.stores.path());
    try {
      expect(await sums(other)).to.equal(null);
      const answer = await askFor(await byAuthorization(chain, await penniless(chain)), other);
      expect(answer).to.include({ status: 404, code: "sponsoring-off" });
    } finally {
      await other.close();
    }
  });
});
