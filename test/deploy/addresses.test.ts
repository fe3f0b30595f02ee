import { ChannelManager__factory, FaucetToken__factory, MicroToken__factory } from "@rmps/contracts";
import { deployAll, FACTORY, FACTORY_CODE, HARDHAT_ACCOUNT_0 } from "@rmps/contracts/deploy";
import type { Deployed, DeployOptions } from "@rmps/contracts/deploy";
import { deploymentOf } from "@rmps/contracts/deployments";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { nodes, startAnvil, startHardhat, type Node } from "./support/nodes.ts";

const families: [string, DeployOptions][] = [
  ["micro", {}],
  ["faucet", { family: "faucet" }],
  ["existing", { token: { existing: FACTORY } }],
];

/** Who deploys must not matter: here two different accounts. */
async function deployByAnother(node: Node, options: DeployOptions): Promise<Deployed> {
  return deployAll(await node.provider.getSigner(1), options);
}

describe("deployment to two independent nodes", () => {
  let hardhat: Node;
  let anvil: Node;

  before(async () => {
    [hardhat, anvil] = await Promise.all([startHardhat(), startAnvil()]);
    // The existing "token" must have code; on a fresh Hardhat chain only a deployment puts the factory there.
    await deployAll(hardhat.deployer);
  });
  after(() => Promise.all([hardhat.stop(), anvil.stop()]));

  for (const [family, options] of families) {
    it(`gives the same addresses and code (${family})`, async () => {
      const one = await deployAll(hardhat.deployer, options);
      const other = await deployByAnother(anvil, options);
      expect(one.manager).to.equal(other.manager);
      expect(one.token).to.equal(other.token);
      for (const address of [one.manager, one.token]) {
        const code = await hardhat.provider.getCode(address);
        expect(code).to.not.equal("0x");
        expect(await anvil.provider.getCode(address)).to.equal(code);
      }
    });
  }

  it("gives each family a manager of its own, which believes the family's token", async () => {
    const seen = new Set<string>();
    for (const [, options] of families) {
      const { manager, callbackToken } = await deployAll(hardhat.deployer, options);
      seen.add(manager);
      const believed = await ChannelManager__factory.connect(manager, hardhat.provider).CALLBACK_TOKEN();
      expect(believed.toLowerCase()).to.equal(callbackToken);
    }
    expect(seen.size).to.equal(3);
  });

  it("gives other arguments another address", async () => {
    const usual = await deployAll(hardhat.deployer);
    const named = await deployAll(hardhat.deployer, { token: { name: "Penny", symbol: "PNY", decimals: 6 } });
    expect(named.token).to.not.equal(usual.token);
    expect(named.manager).to.not.equal(usual.manager);
    const token = MicroToken__factory.connect(named.token, hardhat.provider);
    expect(await Promise.all([token.name(), token.symbol(), token.decimals()])).to.deep.equal(["Penny", "PNY", 6n]);
  });

  it("lets the manager believe an existing token only when told to", async () => {
    const { token } = await deployAll(hardhat.deployer);
    const silent = await deployAll(hardhat.deployer, { token: { existing: token } });
    const believing = await deployAll(hardhat.deployer, { token: { existing: token, callback: true } });
    expect(silent.callbackToken).to.match(/^0x0{40}$/);
    expect(believing.manager).to.equal((await deployAll(hardhat.deployer)).manager);
  });
});

for (const [name, start] of nodes) {
  describe(`deployment to ${name}`, () => {
    let node: Node;

    before(async () => {
      node = await start();
    });
    after(() => node.stop());

    it("puts everything where deploymentOf says that it is on chain 31337", async () => {
      const deployed = await deployAll(node.deployer);
      const known = deploymentOf(31337n);
      expect(known).to.include({ manager: deployed.manager, token: deployed.token, family: "micro" });
      expect(await node.provider.getCode(FACTORY)).to.equal(FACTORY_CODE);
    });

    it("comes to an end with a provider that remembers the block number of a moment ago", async () => {
      const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: 10_000, pollingInterval: 50 });
      const { transactions } = await deployAll(await provider.getSigner(0), { token: { name: "Remembered" } });
      expect(transactions.map(({ what }) => what).slice(-2)).to.deep.equal(["MicroToken", "ChannelManager"]);
      provider.destroy();
    });

    it("sends nothing the second time", async () => {
      const nonce = await node.deployer.getNonce();
      const block = await node.provider.getBlockNumber();
      const again = await deployAll(node.deployer);
      expect(again.transactions).to.deep.equal([]);
      expect(await node.deployer.getNonce()).to.equal(nonce);
      expect(await node.provider.getBlockNumber()).to.equal(block);
    });

    it("gives the supply of the local token to account #0", async () => {
      const { token } = await deployAll(node.deployer);
      const contract = MicroToken__factory.connect(token, node.provider);
      expect(await contract.balanceOf(HARDHAT_ACCOUNT_0)).to.equal(await contract.totalSupply());
    });

    it("makes a faucet that starts empty and drips to anybody", async () => {
      const { token } = await deployAll(node.deployer, { family: "faucet" });
      const faucet = FaucetToken__factory.connect(token, await node.provider.getSigner(3));
      const before = await faucet.totalSupply();
      await (await faucet.drip()).wait();
      expect((await faucet.totalSupply()) - before).to.equal(await faucet.DRIP_AMOUNT());
    });
  });
}
