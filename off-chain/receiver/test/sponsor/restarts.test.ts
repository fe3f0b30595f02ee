import type { Hex } from "@rmps/proofs";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { eventually, GAS_PAYER, UNIT } from "../support/chain.ts";
import { pay } from "../support/receiver.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";
import { useSponsoringShop } from "../support/sponsoring-shop.ts";

const FEE = SPONSOR.fee!;

describe("sponsoring, after a restart or a re-organization,", () => {
  const world = useSponsoringShop();

  it("sends after a restart what was stored before, and answers with that", async () => {
    const { shop, chain } = world;
    const node = await shop.faultyNode();
    await shop.restart({ rpc: node.url });
    const body = await byAuthorization(chain, await penniless(chain));
    node.fault = (method, _, real) => (method === "eth_getTransactionCount" ? "reset" : real());
    expect(await shop.ask(body)).to.include({ status: 503, code: "chain-unavailable" });
    await shop.receiver.close();
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
    await shop.restart();
    await eventually(async () => (await chain.sent(GAS_PAYER)) === 1);
    const { status, transaction } = await shop.ask(body);
    expect(status).to.equal(202);
    expect(await shop.statusOf(transaction!)).to.equal(1);
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("sends nothing twice where the process ended between queue and books", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const body = await byAuthorization(chain, await penniless(chain));
    await shop.holdBack();
    const { transaction } = await shop.ask(body);
    const [row] = await shop.queue();
    await shop.receiver.store.sponsorships.update(keccak256(row!.data) as Hex, { state: "stored" });
    await shop.restart();
    await shop.round();
    expect(await shop.queue()).to.have.length(1);
    expect(await shop.ask(body)).to.include({ status: 202, transaction });
  });

  it("drops what has expired meanwhile, and what would revert by now, at no cost", async () => {
    const { shop, chain } = world;
    const node = await shop.faultyNode();
    await shop.restart({ rpc: node.url });
    const [late, poor] = [await penniless(chain), await penniless(chain)];
    const bodies = [await byAuthorization(chain, late, { until: 790 }), await byAuthorization(chain, poor)];
    node.fault = (method, _, real) => (method === "eth_getTransactionCount" ? "reset" : real());
    for (const body of bodies) expect(await shop.ask(body)).to.include({ code: "chain-unavailable" });
    await shop.receiver.close();
    await shop.moveAway(poor);
    await chain.pass(3000);
    await shop.restart();
    await eventually(async () => (await shop.receiver.store.sponsorships.waiting()).length === 0);
    for (const body of bodies) expect(await shop.ask(body)).to.include({ status: 409, code: "sponsorship-failed" });
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
    expect(await shop.used()).to.equal(0n);
  });

  /** Requests that are stored and not sent, of as many senders; the receiver is stopped. */
  async function storeOnly(count: number): Promise<unknown[]> {
    const { shop, chain } = world;
    const node = await shop.faultyNode();
    await shop.restart({ rpc: node.url });
    const bodies: unknown[] = [];
    for (let i = 0; i < count; i++) bodies.push(await byAuthorization(chain, await penniless(chain)));
    node.fault = (method, _, real) => (method === "eth_getTransactionCount" ? "reset" : real());
    for (const body of bodies) expect(await shop.ask(body)).to.include({ code: "chain-unavailable" });
    await shop.receiver.close();
    return bodies;
  }

  it("drops what has expired by its own clock, though the chain's is behind and would take it still", async () => {
    const { shop, chain } = world;
    const [body] = await storeOnly(1);
    await shop.restart({ now: () => Date.now() + 3_700_000 });
    await eventually(async () => (await shop.receiver.store.sponsorships.waiting()).length === 0);
    expect(await shop.ask(body)).to.include({ status: 409, code: "sponsorship-failed" });
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
  });

  it("sends four at most of what was stored, and the rest when these are mined", async () => {
    const { shop, chain } = world;
    await storeOnly(5);
    await shop.holdBack();
    await shop.restart();
    await eventually(async () => (await shop.queue()).length === 4);
    await shop.round();
    expect(await shop.queue()).to.have.length(4);
    expect(await shop.receiver.store.sponsorships.waiting()).to.have.length(1);
    await shop.holdBackNoMore();
    await eventually(async () => (await chain.sent(GAS_PAYER)) === 5);
  });

  it("sends nothing that was stored while the money is needed for disputes", async () => {
    const { shop, chain } = world;
    await storeOnly(1);
    // Enough for its gas, not for what it may cost.
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, `0x${(SPONSOR.maxCost! / 2n).toString(16)}`]);
    let later = 0;
    await shop.restart({ now: () => Date.now() + later });
    for (let round = 0; round < 3; round++) await shop.round();
    expect(await shop.queue()).to.have.length(0);
    expect(await shop.receiver.store.sponsorships.waiting()).to.have.length(1);
    await chain.rpc("hardhat_setBalance", [GAS_PAYER.address, `0x${(SPONSOR.maxCost! * 10n).toString(16)}`]);
    later = 15_000;
    await eventually(async () => (await chain.sent(GAS_PAYER)) === 1);
  });

  it("costs nothing, and bars nobody, where a re-organization took it away and it would revert by now", async () => {
    const { shop, chain } = world;
    const node = await shop.faultyNode();
    await shop.restart({ rpc: node.url });
    const sender = await penniless(chain);
    const [body, next] = [await byAuthorization(chain, sender), await byAuthorization(chain, sender)];
    const before = await chain.snapshot();
    expect(await shop.ask(body)).to.include({ status: 202 });
    await eventually(async () => (await shop.queue())[0]?.state === "mined");
    expect((await shop.used()) > 0n).to.equal(true);
    node.fault = () => "reset"; // Nobody looks until all is changed.
    await chain.revert(before);
    await shop.moveAway(sender);
    await chain.mine(2);
    node.fault = undefined;
    await eventually(async () => (await shop.queue()).length === 0);
    expect(await shop.used()).to.equal(0n);
    expect(await shop.ask(next)).to.include({ status: 409, code: "would-fail" });
  });

  it("sends it again after a re-organization, and is owed the fee once, as long as the deposit is there", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    const before = await chain.snapshot();
    await shop.ask(await byAuthorization(chain, sender, { terms }));
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await pay(shop.receiver, channel, FEE + 5n, 5n)).to.include({ kind: "paid" });
    await shop.round();
    await chain.revert(before);
    await chain.mine(2);
    await eventually(async () => (await chain.stateOf(channel.id)).deposit === UNIT);
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.confirmedDeposit === UNIT);
    const { spent, fee } = (await shop.receiver.store.channel(channel.id))!;
    expect(spent + fee).to.equal(FEE + 5n);
    expect(await pay(shop.receiver, channel, FEE + 10n, 5n)).to.include({ kind: "paid", spent: FEE + 10n });
  });
});
