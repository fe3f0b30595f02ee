import type { Terms } from "@rmps/proofs";
import { expect } from "chai";
import { account, UNIT } from "../support/chain.ts";
import { headersFor, PRICE, World } from "./world.ts";

/** Who opens channels that others are to fall for. */
const MALLORY = account(5);
const VICTIM = account(2);

describe("Attack: a planted channel", () => {
  let world: World;
  before(async () => (world = await World.open()));
  after(() => world.stop());

  const planted: [string, Partial<Terms>, string][] = [
    ["a closing key that is not ours", { receiverSigner: MALLORY.address }, "wrong-terms"],
    ["another who is paid", { receiver: MALLORY.address, receiverSigner: account(1).address }, "channel-not-found"],
    ["a challenge period too short to answer in", { challengePeriod: 900 }, "wrong-terms"],
  ];
  for (const [what, terms, code] of planted) {
    it(`with ${what} buys nothing, and no agreement is given on it`, async () => {
      const channel = await world.chain.open(5, UNIT, terms);
      const answer = await world.pay(channel, PRICE);
      expect(answer.status).to.equal(402);
      expect(await answer.json()).to.include({ code });
      expect((await world.askToClose(channel, 0n)).status).to.be.oneOf([404, 409]);
      expect((await world.receiver.store.channel(channel.id))?.agreement).to.equal(undefined);
    });
  }

  it("in somebody else's name takes only the planter's proofs, and leaves the other's channel alone", async () => {
    const { chain } = world;
    const own = await chain.open(2);
    expect((await world.pay(own, PRICE)).status).to.equal(200);
    const terms = chain.termsOf(VICTIM, { senderSigner: MALLORY.address });
    await chain.deposit(terms, UNIT);
    const byPlanter = chain.channel(MALLORY, terms);
    const byVictim = chain.channel(VICTIM, terms);

    expect(await (await world.pay(byVictim, PRICE)).json(), "its key is not the victim's").to.include({
      code: "invalid-signature",
    });
    expect((await world.pay(byPlanter, PRICE)).status, "the planter's money, the planter's goods").to.equal(200);
    const asVictim = { ...headersFor(own, 2n * PRICE), "rdn-balance-signature": byPlanter.proof(2n * PRICE) };
    expect((await fetch(`${world.receiver.url}/cheap`, { headers: asVictim })).status).to.equal(402);

    expect((await world.askToClose(byVictim, PRICE)).status, "nor can the victim end it").to.not.equal(200);
    expect((await world.askToClose(byPlanter, PRICE)).status).to.equal(200);
    expect(await world.spent(own)).to.equal(PRICE);
    expect((await world.pay(own, 2n * PRICE)).status, "untouched").to.equal(200);
  });
});
