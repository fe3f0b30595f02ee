import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import type { Address } from "@rmps/proofs";

import { PaymentRefusedError } from "../../src/index.ts";
import { PRICE, type Seller, type SellerOptions } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

const SIGNER: Address = `0x${"ab".repeat(20)}`;

describe("createPayingFetch where an offer is no longer what it was", () => {
  const world = useWorld();

  /** Takes payments by the terms on offer only, as a paywall does. */
  function strict(seller: () => Seller): NonNullable<SellerOptions["onPayment"]> {
    return async ({ payment }) => {
      const { manager } = world.chain;
      const [opened] = await manager.queryFilter(manager.filters.ChannelOpened(payment.channelId));
      const { receiver, receiverSigner } = opened!.args;
      const { offer } = seller();
      const isOurs = receiver.toLowerCase() === offer.receiver && receiverSigner.toLowerCase() === offer.receiverSigner;
      return isOurs ? undefined : "wrong-terms";
    };
  }

  it("pays on new terms where the receiver names another signer, and puts nothing more into the old channel", async () => {
    const seller: Seller = await world.seller({ onPayment: strict(() => seller) });
    const { pay } = world.sender({ price: PRICE });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    Object.assign(seller.offer, { receiverSigner: SIGNER });
    for (const path of ["/a", "/b"]) expect((await pay(`${seller.url}${path}`)).status).to.equal(200);
    const records = await (await pay.channels).list();
    expect(records.map(({ terms, charged, deposit }) => [terms.receiverSigner, charged, deposit])).to.deep.equal([
      [`0x${"00".repeat(20)}`, PRICE, 10n * PRICE],
      [SIGNER, 2n * PRICE, 10n * PRICE],
    ]);
  });

  it("does so as well where only an earlier session used the channel", async () => {
    const seller: Seller = await world.seller({ onPayment: strict(() => seller) });
    const first = world.sender();
    expect((await first.pay(`${seller.url}/a`)).status).to.equal(200);
    const { store } = (await first.pay.channels).book;
    Object.assign(seller.offer, { receiverSigner: SIGNER });
    const { pay } = world.sender({ price: PRICE, store });
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
  });

  it("pays two receivers behind one origin, each with its own channel", async () => {
    const one: Seller = await world.seller({ onPayment: strict(() => one) });
    const other: Seller = await world.seller({ onPayment: strict(() => other) });
    const behindOne = (input: string | URL | Request): string => {
      const url = new URL(input instanceof Request ? input.url : input);
      return url.pathname === "/other" ? `${other.url}/other` : url.href;
    };
    const log: string[] = [];
    const platform: typeof fetch = (input, init) => (log.push(behindOne(input)), fetch(behindOne(input), init));
    const { pay } = world.sender({ fetch: platform });
    for (let round = 0; round < 3; round++) {
      for (const path of ["/one", "/other"]) expect((await pay(`${one.url}${path}`)).status).to.equal(200);
    }
    expect([one.only().spent, other.only().spent]).to.deep.equal([3n * PRICE, 3n * PRICE]);
    expect(log, "one round trip each, once the prices are known").to.have.length(2 * 2 + 4);
  });

  it("opens another channel after a re-org took the opening away", async () => {
    const node = new JsonRpcProvider(world.chain.url);
    const seller = await world.seller();
    const { pay } = world.sender({ confirmationTimeout: 0 });
    const before: unknown = await node.send("evm_snapshot", []);
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    await node.send("evm_revert", [before]);
    node.destroy();
    const error = await rejection(pay(`${seller.url}/a`), PaymentRefusedError);
    expect(error.reason).to.equal("balance-exceeds-deposit");
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await (await pay.channels).list()).map(({ deposit }) => deposit)).to.deep.equal([0n, 10n * PRICE]);
  });
});
