import type { Hex } from "@rmps/proofs";
import { expect } from "chai";
import { parseEther, Wallet } from "ethers";
import { account, eventually, GAS_PAYER, UNIT } from "../support/chain.ts";
import { NodeError } from "../support/faulty-node.ts";
import { pay } from "../support/receiver.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";
import { useSponsoringShop } from "../support/sponsoring-shop.ts";

const FEE = SPONSOR.fee!;

function newStranger() {
  const { privateKey, address } = Wallet.createRandom();
  return { key: privateKey as Hex, address: address as Hex };
}

describe("sponsoring, while a deposit is under way,", () => {
  const world = useSponsoringShop();

  it("replaces a transaction that is stuck, within what it may cost, and answers with the newest", async () => {
    const { shop, chain } = world;
    await shop.restart({ gas: { resendMs: 100 } });
    const body = await byAuthorization(chain, await penniless(chain));
    await shop.holdBack();
    const first = await shop.ask(body);
    await eventually(async () => ((await shop.queue())[0]?.hashes.length ?? 0) >= 3);
    const [row] = await shop.queue();
    expect(row!.maxFeePerGas * row!.gasLimit <= SPONSOR.maxCost!).to.equal(true);
    const now = await shop.ask(body);
    expect(now.transaction).to.not.equal(first.transaction);
    expect(row!.hashes).to.include(first.transaction);
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.queue())[0]?.state === "mined");
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("raises no fee beyond what one may cost, however long it is stuck", async () => {
    const { shop, chain } = world;
    let later = 0;
    const maxCost = parseEther("0.0006");
    const gas = { resendMs: 1000, maxFeePerGas: parseEther("0.001") };
    await shop.restart({ gas, sponsor: { ...SPONSOR, maxCost }, now: () => Date.now() + later });
    const body = await byAuthorization(chain, await penniless(chain));
    await shop.holdBack();
    expect(await shop.ask(body)).to.include({ status: 202 });
    const costs: bigint[] = [];
    for (let attempt = 0; attempt < 30; attempt++) {
      later += 2000;
      await shop.round();
      const [row] = await shop.queue();
      costs.push(row!.maxFeePerGas * row!.gasLimit);
    }
    expect(costs.at(-1)! > costs[0]!, "it was raised").to.equal(true);
    expect(costs.at(-1)! <= maxCost, String(costs.at(-1))).to.equal(true);
  });

  it("has one under way for each sender", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const sender = await penniless(chain);
    await shop.holdBack();
    expect(await shop.ask(await byAuthorization(chain, sender))).to.include({ status: 202 });
    const second = await byAuthorization(chain, sender);
    expect(await shop.ask(second)).to.include({ status: 409, code: "sender-busy" });
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.ask(second)).status === 202);
  });

  it("has four under way at most: whoever comes next is told so, and nothing is set aside for it", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const bodies: unknown[] = [];
    for (let i = 0; i < 5; i++) bodies.push(await byAuthorization(chain, await penniless(chain)));
    await shop.holdBack();
    for (const body of bodies.slice(0, 4)) expect(await shop.ask(body)).to.include({ status: 202 });
    const used = await shop.used();
    expect(await shop.ask(bodies[4])).to.include({ status: 503, code: "busy" });
    expect(await shop.queue()).to.have.length(4);
    expect(await shop.used()).to.equal(used);
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.ask(bodies[4])).status === 202);
  });

  it("records a deposit whose tokens were moved away, pays for it out of the budget, and bars the sender", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const sender = await penniless(chain);
    const body = await byAuthorization(chain, sender);
    const next = await byAuthorization(chain, sender);
    await shop.holdBack();
    const { transaction } = await shop.ask(body);
    await shop.moveAway(sender);
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.queue()).length === 0);
    expect(await shop.statusOf(transaction!)).to.equal(0);
    expect((await shop.used()) > 0n && (await shop.used()) < SPONSOR.maxCost!).to.equal(true);
    expect(await shop.ask(body)).to.include({ status: 409, code: "sponsorship-failed", transaction });
    expect(await shop.ask(next)).to.include({ status: 429, code: "sender-barred" });
    const metrics = await (await fetch(`${shop.receiver.url}/metrics`)).text();
    expect(metrics).to.contain('rmps_sponsored_total{state="failed"} 1');
    expect(metrics).to.contain('rmps_sponsor_refusals_total{code="sender-barred"} 1');
    expect(metrics).to.match(/rmps_sponsor_gas_wei_total [1-9]/);
  });

  it("is paid no fee for a deposit that the sender made itself, and none where its own failed", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    const seen = async () => shop.receiver.store.channel(channel.id);
    await shop.holdBack();
    const { transaction } = await shop.ask(await byAuthorization(chain, sender, { terms }));
    const { to, data } = chain.depositCall(terms, 2n * UNIT);
    await shop.jumpQueue(account(0), to, data);
    await shop.moveAway(sender);
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.queue()).length === 0);
    expect(await shop.statusOf(transaction!)).to.equal(0);
    await eventually(async () => (await seen())?.confirmedDeposit === 2n * UNIT);
    expect(await seen()).to.include({ fee: 0n });
    expect(await pay(shop.receiver, channel, 5n, 5n)).to.include({ kind: "paid", spent: 5n });
  });

  it("is paid its fee though a stranger took the authorization from the mempool and was faster", async () => {
    const { shop, chain } = world;
    await shop.restart();
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    await shop.holdBack();
    const { transaction } = await shop.ask(await byAuthorization(chain, sender, { terms }));
    const [row] = await shop.queue();
    await shop.jumpQueue(newStranger(), chain.manager.contract, row!.data);
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.queue()).length === 0);
    expect(await shop.statusOf(transaction!)).to.equal(0);
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await pay(shop.receiver, channel, 5n, 5n)).to.include({ code: "insufficient-payment" });
    expect(await pay(shop.receiver, channel, FEE + 5n, 5n)).to.include({ kind: "paid", spent: FEE + 5n });
  });

  it("is paid its fee for what a stranger submitted, though its own failure is known before the deposit is", async () => {
    const { shop, chain } = world;
    const node = await shop.faultyNode();
    await shop.restart({ rpc: node.url });
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    await shop.holdBack();
    const { transaction } = await shop.ask(await byAuthorization(chain, sender, { terms }));
    const [row] = await shop.queue();
    await shop.jumpQueue(newStranger(), chain.manager.contract, row!.data);
    node.fault = (method, _, real) => (method === "eth_getLogs" ? "reset" : real());
    await shop.holdBackNoMore();
    expect(await shop.statusOf(transaction!)).to.equal(0);
    await shop.round();
    expect(await shop.queue(), "it waits for what else is in the block").to.have.length(1);
    node.fault = undefined;
    await eventually(async () => (await shop.queue()).length === 0);
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await pay(shop.receiver, channel, 5n, 5n)).to.include({ code: "insufficient-payment" });
  });

  it("holds up nothing where no node tells what a stranger submitted: the fee is let go", async () => {
    const { shop, chain } = world;
    const node = await shop.faultyNode();
    await shop.restart({ rpc: node.url });
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    await shop.holdBack();
    await shop.ask(await byAuthorization(chain, sender, { terms }));
    const [row] = await shop.queue();
    await shop.jumpQueue(newStranger(), chain.manager.contract, row!.data);
    const unknown = () => Promise.reject(new NodeError("the method does not exist"));
    node.fault = (method, _, real) => (method === "eth_getTransactionByHash" ? unknown() : real());
    await shop.holdBackNoMore();
    await eventually(async () => (await shop.queue()).length === 0);
    expect(node.calls.get("eth_getTransactionByHash")).to.be.above(0);
    await eventually(async () => (await shop.receiver.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await pay(shop.receiver, channel, 5n, 5n)).to.include({ kind: "paid", spent: 5n });
  });

  it("never stands in the way of a dispute, not even on the same channel", async () => {
    const { shop, chain } = world;
    await shop.restart({ gas: { resendMs: 100 }, sponsor: { ...SPONSOR, maxCost: parseEther("0.0006") } });
    const sender = await penniless(chain);
    const channel = chain.channel(sender, chain.termsOf(sender));
    await chain.deposit(channel.terms, UNIT);
    expect(await pay(shop.receiver, channel, 60n, 60n)).to.include({ kind: "paid" });
    const before = await chain.earned();
    await shop.holdBack();
    const body = await byAuthorization(chain, channel.sender, { terms: channel.terms });
    expect(await shop.ask(body)).to.include({ status: 202 });
    const [deposit] = await shop.queue();
    const cap = parseEther("0.0006") / deposit!.gasLimit;
    await shop.jumpQueue(
      channel.sender,
      chain.manager.contract,
      chain.contract.interface.encodeFunctionData("requestClose", [channel.terms, 0n, 0n, "0x"]),
    );
    // Gas becomes dearer than the deposit may pay: the close alone is mined.
    await chain.rpc("hardhat_setNextBlockBaseFeePerGas", [`0x${(cap + 1n).toString(16)}`]);
    await chain.mine();
    await eventually(async () => (await shop.queue()).some(({ purpose }) => purpose === "dispute"));
    await eventually(async () => {
      await chain.rpc("hardhat_setNextBlockBaseFeePerGas", [`0x${(cap + 1n).toString(16)}`]);
      await chain.mine();
      return (await chain.earned()) - before === 60n;
    });
  });
});
