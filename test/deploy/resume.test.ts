import { deployAll, FACTORY_COST, FACTORY_DEPLOYER, type Sent } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { nodes, startAnvil, type Node } from "./support/nodes.ts";
import { expectRefusal } from "./support/refusal.ts";

/** Deploys until `after` transactions were sent, then dies: before the last of them is waited for. */
async function crash(node: Node, after: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  const onSent = (transaction: Sent): void => {
    sent.push(transaction);
    if (sent.length === after) throw new Error("crash");
  };
  const outcome = await deployAll(node.deployer, { onSent }).then(
    () => "deployed",
    (error: Error) => error.message,
  );
  expect(outcome).to.equal("crash");
  return sent;
}

async function whole(): Promise<Sent["what"][]> {
  const node = await nodes[0][1]();
  const { transactions } = await deployAll(node.deployer);
  await node.stop();
  return transactions.map(({ what }) => what);
}

for (const [name, start] of nodes) {
  describe(`a deployment to ${name} that was cut short`, () => {
    // Anvil is born with the factory.
    const steps = name === "anvil" ? 2 : 4;
    for (let done = 1; done <= steps; done++) {
      it(`goes on after ${done} of ${steps} transactions`, async () => {
        const node = await start();
        try {
          const before = await crash(node, done);
          const { transactions } = await deployAll(node.deployer, { earlier: before });
          const all = [...before, ...transactions].map(({ what }) => what);
          expect(all).to.deep.equal((await whole()).slice(-steps));
          expect((await deployAll(node.deployer)).transactions).to.deep.equal([]);
        } finally {
          await node.stop();
        }
      });
    }
  });
}

describe("a deployment that was cut short with a transaction pending", () => {
  let node: Node;

  beforeEach(async () => {
    node = await startAnvil("--no-mining");
  });
  afterEach(() => node.stop());

  it("waits for that transaction and does not send it again", async () => {
    const earlier = await crash(node, 1);
    const { provider } = node;
    const waited: string[] = [];
    const onPending = ({ what }: Sent): void => void waited.push(what);
    const wait = provider.waitForTransaction.bind(provider);
    // Blocks come only once somebody waits for a transaction.
    provider.waitForTransaction = async (...args) => {
      await provider.send("evm_setAutomine", [true]);
      await provider.send("evm_mine", []);
      return wait(...args);
    };
    const { transactions } = await deployAll(node.deployer, { earlier, onPending });
    expect(transactions.map(({ what }) => what)).to.deep.equal(["ChannelManager"]);
    expect(waited).to.deep.equal(["MicroToken"]);
  });

  it("sends it again where the node has lost it", async () => {
    const earlier = await crash(node, 1);
    await node.provider.send("anvil_dropAllTransactions", []);
    await node.provider.send("evm_setAutomine", [true]);
    const { transactions } = await deployAll(node.deployer, { earlier });
    expect(transactions.map(({ what }) => what)).to.deep.equal(["MicroToken", "ChannelManager"]);
  });
});

describe("a deployment that was cut short before its transaction was noted", () => {
  it("sends nothing while that one is pending, and goes on once it is mined", async () => {
    const node = await startAnvil("--no-mining");
    try {
      await crash(node, 1);
      await expectRefusal(node, "pending-transactions", /has 1 transactions pending/, () => deployAll(node.deployer));
      await node.provider.send("evm_mine", []);
      await node.provider.send("evm_setAutomine", [true]);
      const { transactions } = await deployAll(node.deployer);
      expect(transactions.map(({ what }) => what)).to.deep.equal(["ChannelManager"]);
    } finally {
      await node.stop();
    }
  });
});

describe("money for the factory's deployer", () => {
  it("is 0.01 ether, as its transaction offers", () => {
    expect(FACTORY_COST).to.equal(10n ** 16n);
  });

  it("is only what it lacks", async () => {
    const node = await nodes[0][1]();
    try {
      const gift = FACTORY_COST - 1n;
      await (await node.deployer.sendTransaction({ to: FACTORY_DEPLOYER, value: gift })).wait();
      const { transactions } = await deployAll(node.deployer);
      const transfer = await node.provider.getTransaction(transactions[0]!.hash);
      expect(transfer?.value).to.equal(1n);
    } finally {
      await node.stop();
    }
  });
});
