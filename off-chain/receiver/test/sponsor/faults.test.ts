import { keccak256, parseEther, Wallet } from "ethers";
import type { Hex } from "@rmps/proofs";
import { expect } from "chai";
import type { ReceiverOptions } from "../../src/config/options.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, GAS_PAYER, TestChain, UNIT, type Key } from "../support/chain.ts";
import { FaultyNode } from "../support/faulty-node.ts";
import { pay, start, Stores } from "../support/receiver.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";

const FEE = SPONSOR.fee!;

describe("sponsoring when things go wrong", () => {
  const stores = new Stores();
  let chain: TestChain;
  let store: string;
  let receiver: RunningReceiver | undefined;
  let node: FaultyNode | undefined;

  beforeEach(async () => {
    chain = await TestChain.start();
    store = stores.path();
  });
  afterEach(async () => {
    await receiver?.close();
    await node?.stop();
    [receiver, node] = [undefined, undefined];
    await chain.stop();
    stores.remove();
  });

  async function restart(over: Partial<ReceiverOptions> = {}): Promise<RunningReceiver> {
    await receiver?.close();
    return (receiver = await start(chain, store, { sponsor: SPONSOR, ...over }));
  }
  async function ask(body: unknown) {
    const response = await fetch(`${receiver!.url}/api/1/channels`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const json = (await response.json()) as Record<string, string>;
    return { status: response.status, code: json["code"], transaction: json["transaction"] };
  }
  const queue = () => receiver!.engine.settler!.unfinished();
  const round = () => receiver!.engine.settler!.round();
  const statusOf = async (hash: string) => (await chain.provider.getTransactionReceipt(hash))?.status;
  const holdBack = () => chain.rpc("evm_setAutomine", [false]);
  const holdBackNoMore = async () => {
    await chain.rpc("evm_setAutomine", [true]);
    await chain.mine();
  };
  const used = () => receiver!.store.sponsorships.spent(0);

  /** The account does something ahead of all that waits. */
  async function jumpQueue({ key, address }: Key, to: string, data: string): Promise<void> {
    await chain.rpc("hardhat_setBalance", [address, "0xde0b6b3a7640000"]);
    const fees = { maxPriorityFeePerGas: 10n ** 12n, maxFeePerGas: 2n * 10n ** 12n, gasLimit: 200_000n };
    await new Wallet(key, chain.provider).sendTransaction({ to, data, ...fees });
  }
  const callToken = (...[name, args]: [string, unknown[]]) =>
    chain.token.interface.encodeFunctionData(name as "approve", args as never);

  it("sends after a restart what was stored before, and answers with that", async () => {
    node = await FaultyNode.before(chain.url);
    await restart({ rpc: node.url, rpcTimeoutMs: 500 });
    const body = await byAuthorization(chain, await penniless(chain));
    node.fault = (method, _, real) => (method === "eth_getTransactionCount" ? "reset" : real());
    expect(await ask(body)).to.include({ status: 503, code: "chain-unavailable" });
    await receiver!.close();
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
    await restart();
    await eventually(async () => (await chain.sent(GAS_PAYER)) === 1);
    const { status, transaction } = await ask(body);
    expect(status).to.equal(202);
    expect(await statusOf(transaction!)).to.equal(1);
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("sends nothing twice where the process ended between queue and books", async () => {
    await restart();
    const body = await byAuthorization(chain, await penniless(chain));
    await holdBack();
    const { transaction } = await ask(body);
    const [row] = await queue();
    await receiver!.store.sponsorships.update(keccak256(row!.data) as Hex, { state: "stored" });
    await restart();
    await round();
    expect(await queue()).to.have.length(1);
    expect(await ask(body)).to.include({ status: 202, transaction });
  });

  it("drops what has expired meanwhile, and what would revert by now, at no cost", async () => {
    node = await FaultyNode.before(chain.url);
    await restart({ rpc: node.url, rpcTimeoutMs: 500 });
    const [late, poor] = [await penniless(chain), await penniless(chain)];
    const bodies = [await byAuthorization(chain, late, { until: 790 }), await byAuthorization(chain, poor)];
    node.fault = (method, _, real) => (method === "eth_getTransactionCount" ? "reset" : real());
    for (const body of bodies) expect(await ask(body)).to.include({ code: "chain-unavailable" });
    await receiver!.close();
    await jumpQueue(poor, chain.tokenAddress, callToken("transfer(address,uint256)", [GAS_PAYER.address, 10n * UNIT]));
    await chain.pass(3000);
    await restart();
    await eventually(async () => (await receiver!.store.sponsorships.waiting()).length === 0);
    for (const body of bodies) expect(await ask(body)).to.include({ status: 409, code: "sponsorship-failed" });
    expect(await chain.sent(GAS_PAYER)).to.equal(0);
    expect(await used()).to.equal(0n);
  });

  it("replaces a transaction that is stuck, within what it may cost, and answers with the newest", async () => {
    await restart({ gas: { resendMs: 100 } });
    const body = await byAuthorization(chain, await penniless(chain));
    await holdBack();
    const first = await ask(body);
    await eventually(async () => ((await queue())[0]?.hashes.length ?? 0) >= 3);
    const [row] = await queue();
    expect(row!.maxFeePerGas * row!.gasLimit <= SPONSOR.maxCost!).to.equal(true);
    const now = await ask(body);
    expect(now.transaction).to.not.equal(first.transaction);
    expect(row!.hashes).to.include(first.transaction);
    await holdBackNoMore();
    await eventually(async () => (await queue())[0]?.state === "mined");
    expect(await chain.sent(GAS_PAYER)).to.equal(1);
  });

  it("raises no fee beyond what one may cost, however long it is stuck", async () => {
    let later = 0;
    const maxCost = parseEther("0.0006");
    const gas = { resendMs: 1000, maxFeePerGas: parseEther("0.001") };
    await restart({ gas, sponsor: { ...SPONSOR, maxCost }, now: () => Date.now() + later });
    const body = await byAuthorization(chain, await penniless(chain));
    await holdBack();
    expect(await ask(body)).to.include({ status: 202 });
    const costs: bigint[] = [];
    for (let attempt = 0; attempt < 30; attempt++) {
      later += 2000;
      await round();
      const [row] = await queue();
      costs.push(row!.maxFeePerGas * row!.gasLimit);
    }
    expect(costs.at(-1)! > costs[0]!, "it was raised").to.equal(true);
    expect(costs.at(-1)! <= maxCost, String(costs.at(-1))).to.equal(true);
  });

  it("has one under way for each sender", async () => {
    await restart();
    const sender = await penniless(chain);
    await holdBack();
    expect(await ask(await byAuthorization(chain, sender))).to.include({ status: 202 });
    const second = await byAuthorization(chain, sender);
    expect(await ask(second)).to.include({ status: 409, code: "sender-busy" });
    await holdBackNoMore();
    await eventually(async () => (await ask(second)).status === 202);
  });

  it("records a deposit whose tokens were moved away, pays for it out of the budget, and bars the sender", async () => {
    await restart();
    const sender = await penniless(chain);
    const body = await byAuthorization(chain, sender);
    const next = await byAuthorization(chain, sender);
    await holdBack();
    const { transaction } = await ask(body);
    const away = callToken("transfer(address,uint256)", [GAS_PAYER.address, 10n * UNIT]);
    await jumpQueue(sender, chain.tokenAddress, away);
    await holdBackNoMore();
    await eventually(async () => (await queue()).length === 0);
    expect(await statusOf(transaction!)).to.equal(0);
    expect((await used()) > 0n && (await used()) < SPONSOR.maxCost!).to.equal(true);
    expect(await ask(body)).to.include({ status: 409, code: "sponsorship-failed", transaction });
    expect(await ask(next)).to.include({ status: 429, code: "sender-barred" });
    const metrics = await (await fetch(`${receiver!.url}/metrics`)).text();
    expect(metrics).to.contain('rmps_sponsored_total{state="failed"} 1');
    expect(metrics).to.contain('rmps_sponsor_refusals_total{code="sender-barred"} 1');
    expect(metrics).to.match(/rmps_sponsor_gas_wei_total [1-9]/);
  });

  it("is paid its fee though a stranger took the authorization from the mempool and was faster", async () => {
    await restart();
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    await holdBack();
    const { transaction } = await ask(await byAuthorization(chain, sender, { terms }));
    const [row] = await queue();
    const stranger = Wallet.createRandom();
    const key = { key: stranger.privateKey as Hex, address: stranger.address as Hex };
    await jumpQueue(key, chain.manager.contract, row!.data);
    await holdBackNoMore();
    await eventually(async () => (await queue()).length === 0);
    expect(await statusOf(transaction!)).to.equal(0);
    await eventually(async () => (await receiver!.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await pay(receiver!, channel, 5n, 5n)).to.include({ code: "insufficient-payment" });
    expect(await pay(receiver!, channel, FEE + 5n, 5n)).to.include({ kind: "paid", spent: FEE + 5n });
  });

  it("sends it again after a re-organization, and charges the fee once", async () => {
    await restart();
    const sender = await penniless(chain);
    const terms = chain.termsOf(sender);
    const channel = chain.channel(sender, terms);
    const before = await chain.snapshot();
    await ask(await byAuthorization(chain, sender, { terms }));
    await eventually(async () => (await receiver!.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await pay(receiver!, channel, FEE + 5n, 5n)).to.include({ kind: "paid" });
    await round();
    await chain.revert(before);
    await chain.mine(2);
    await eventually(async () => (await chain.stateOf(channel.id)).deposit === UNIT);
    await eventually(async () => (await receiver!.store.channel(channel.id))?.confirmedDeposit === UNIT);
    expect(await receiver!.store.channel(channel.id)).to.include({ spent: FEE + 5n, fee: 0n });
  });

  it("never stands in the way of a dispute, not even on the same channel", async () => {
    await restart({ gas: { resendMs: 100 }, sponsor: { ...SPONSOR, maxCost: parseEther("0.0006") } });
    const sender = await penniless(chain);
    const channel = chain.channel(sender, chain.termsOf(sender));
    await chain.deposit(channel.terms, UNIT);
    expect(await pay(receiver!, channel, 60n, 60n)).to.include({ kind: "paid" });
    const before = await chain.earned();
    await holdBack();
    const body = await byAuthorization(chain, channel.sender, { terms: channel.terms });
    expect(await ask(body)).to.include({ status: 202 });
    const [deposit] = await queue();
    const cap = parseEther("0.0006") / deposit!.gasLimit;
    await jumpQueue(
      channel.sender,
      chain.manager.contract,
      chain.contract.interface.encodeFunctionData("requestClose", [channel.terms, 0n, 0n, "0x"]),
    );
    // Gas becomes dearer than the deposit may pay: the close alone is mined.
    await chain.rpc("hardhat_setNextBlockBaseFeePerGas", [`0x${(cap + 1n).toString(16)}`]);
    await chain.mine();
    await eventually(async () => (await queue()).some(({ purpose }) => purpose === "dispute"));
    await eventually(async () => {
      await chain.rpc("hardhat_setNextBlockBaseFeePerGas", [`0x${(cap + 1n).toString(16)}`]);
      await chain.mine();
      return (await chain.earned()) - before === 60n;
    }, 20_000);
  });
});
