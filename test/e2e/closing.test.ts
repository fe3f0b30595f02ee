import { verifyClosingAgreement, type Hex } from "@rmps/proofs";
import { expect } from "chai";

import {
  CHAIN_ID,
  eventually,
  openChannel,
  openShop,
  payment,
  prices,
  type OpenChannel,
  type Shop,
} from "./support/shop.ts";

describe("npm start: closing", () => {
  let shop: Shop;

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.stop());

  const price = prices["/doggo.jpg"];
  const pay = (channel: OpenChannel, balance: bigint) =>
    fetch(`${shop.url}/doggo.jpg`, { headers: payment(channel, balance) });

  const inAnHour = () => BigInt(Math.floor(Date.now() / 1000) + 3600);

  function ask(channel: OpenChannel, body: unknown): Promise<Response> {
    return fetch(`${shop.url}/api/1/channels/${channel.terms.sender}/${channel.id}`, {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  function request(channel: OpenChannel, amount: bigint, deadline = inAnHour(), signature?: Hex) {
    return {
      amount: amount.toString(),
      deadline: Number(deadline),
      signature: signature ?? channel.closeRequest(amount, deadline),
    };
  }

  const blockNumber = () => shop.provider.send("eth_blockNumber", []).then(Number);

  it("gives an agreement for a close request alone, and then takes no more payments", async () => {
    const channel = await openChannel(shop, 2);
    expect((await pay(channel, price)).status).to.equal(200);

    const byProof = await ask(channel, request(channel, price, inAnHour(), channel.proof(price)));
    expect(byProof.status).to.be.within(400, 499);
    const stranger = await openChannel(shop, 3);
    const deadline = inAnHour();
    const byStranger = await ask(channel, request(channel, price, deadline, stranger.closeRequest(price, deadline)));
    expect(byStranger.status).to.be.within(400, 499);
    const below = await ask(channel, request(channel, price - 1n));
    expect(below.status).to.be.within(400, 499);
    expect(await below.text()).to.contain(price.toString());
    expect((await ask(channel, request(channel, price, 1n))).status, "expired").to.be.within(400, 499);
    expect((await ask(channel, { amount: "1" })).status).to.equal(400);
    expect((await pay(channel, 2n * price)).status, "none of these ended the channel").to.equal(200);

    const answer = await ask(channel, request(channel, 2n * price));
    expect(answer.status).to.equal(200);
    const agreement = (await answer.json()) as { amount: string; deadline: string | number; close_signature: Hex };
    expect(agreement.amount).to.equal((2n * price).toString());
    const message = {
      chainId: CHAIN_ID,
      contract: shop.contract,
      channelId: channel.id,
      amount: 2n * price,
      deadline: BigInt(agreement.deadline),
    };
    expect(verifyClosingAgreement(message, agreement.close_signature, shop.receiver)).to.equal(true);
    expect(await (await ask(channel, request(channel, 2n * price))).json(), "a repeat").to.deep.equal(agreement);
    expect((await pay(channel, 3n * price)).status, "the channel has ended").to.equal(402);

    const before = await shop.token.balanceOf(shop.receiver);
    const { terms } = channel;
    const close = shop.manager.connect(channel.wallet).close;
    await (await close(terms, 2n * price, 0n, "0x", agreement.deadline, agreement.close_signature)).wait();
    expect((await shop.token.balanceOf(shop.receiver)) - before).to.equal(2n * price);
  });

  it("answers a cheating close, and the receiver is paid in full", async () => {
    const channel = await openChannel(shop, 4);
    expect((await pay(channel, price)).status).to.equal(200);
    expect((await pay(channel, 2n * price)).status).to.equal(200);
    const before = await shop.token.balanceOf(shop.receiver);
    await (await shop.manager.connect(channel.wallet).requestClose(channel.terms, 0n, 0n, "0x")).wait();
    await eventually(async () => (await shop.token.balanceOf(shop.receiver)) - before === 2n * price);
    expect((await shop.manager.stateOf(channel.id)).settled).to.equal(2n * price);
    expect((await pay(channel, 3n * price)).status, "a closing channel buys nothing").to.equal(402);
  });

  it("sends nothing where the close was honest", async () => {
    const channel = await openChannel(shop, 5);
    expect((await pay(channel, price)).status).to.equal(200);
    await (await shop.manager.connect(channel.wallet).requestClose(channel.terms, price, 0n, "0x")).wait();
    const block = await blockNumber();
    // A replay buys nothing, so that asking whether the close was seen does not spend more than was conceded.
    await eventually(async () => (await pay(channel, price)).headers.get("rdn-nonexisting-channel") === "1");
    // A cheating close of the same moment is answered, so the settler has had its turn; only that one is.
    const cheat = await openChannel(shop, 6);
    expect((await pay(cheat, price)).status).to.equal(200);
    await (await shop.manager.connect(cheat.wallet).requestClose(cheat.terms, 0n, 0n, "0x")).wait();
    await eventually(async () => (await shop.manager.stateOf(cheat.id)).settled === price);
    expect(await blockNumber(), "opening, cheating and its answer").to.equal(block + 3);
  });

  it("shows the books of a channel only to the operator", async () => {
    const channel = await openChannel(shop, 7);
    expect((await pay(channel, price)).status).to.equal(200);
    const path = `${shop.url}/api/1/channels/${channel.terms.sender}/${channel.id}`;
    expect((await fetch(path)).status).to.equal(401);
    expect((await fetch(`${path}/proof`)).status).to.equal(401);
    expect((await fetch(`${shop.url}/api/1/stats`)).status).to.equal(200);
  });
});
