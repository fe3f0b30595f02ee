import { deployAll, planDeployment, FACTORY, FACTORY_DEPLOYER } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { Transaction, toQuantity } from "ethers";
import { nodes, startAnvil, startHardhat, type Node } from "./support/nodes.ts";
import { expectRefusal } from "./support/refusal.ts";

const NOBODY = "0x00000000000000000000000000000000000000b0";

for (const [name, start] of nodes) {
  const rpc = (method: string) => (name === "anvil" ? `anvil_${method}` : `hardhat_${method}`);

  describe(`refusals on ${name}, before anything is sent`, () => {
    let node: Node;

    beforeEach(async () => {
      node = await start();
    });
    afterEach(() => node.stop());

    it("too little gas money: says how much is missing", async () => {
      await node.provider.send(rpc("setBalance"), [await node.deployer.getAddress(), toQuantity(10n ** 15n)]);
      await expectRefusal(node, "insufficient-funds", /costs up to \d+ wei.* has 1000000000000000\./, () =>
        deployAll(node.deployer),
      );
    });

    it("a wrong chain id", async () => {
      await expectRefusal(node, "wrong-chain", /on chain 31337, not 11155111/, () =>
        deployAll(node.deployer, { chainId: 11155111n }),
      );
    });

    for (const [index, contract] of ["MicroToken", "ChannelManager"].entries()) {
      it(`a foreign contract where the ${contract} goes`, async () => {
        const { address } = planDeployment(31337n).steps[index]!;
        await node.provider.send(rpc("setCode"), [address, "0x00"]);
        await expectRefusal(node, "foreign-contract", new RegExp(`${address} is not the ${contract}`), () =>
          deployAll(node.deployer),
        );
      });
    }

    it("our manager of another chain, moved here: its domain is that of the other chain", async () => {
      const { manager } = await deployAll(node.deployer);
      const code = await node.provider.getCode(manager);
      const chainId = (31337).toString(16).padStart(64, "0");
      expect(code).to.contain(chainId);
      await node.provider.send(rpc("setCode"), [manager, code.replaceAll(chainId, "1".padStart(64, "0"))]);
      await expectRefusal(node, "foreign-contract", /is not the ChannelManager/, () => deployAll(node.deployer));
    });

    it("another contract where the factory should be", async () => {
      await node.provider.send(rpc("setCode"), [FACTORY, "0x6000"]);
      await expectRefusal(node, "foreign-contract", /not the deterministic deployment proxy/, () =>
        deployAll(node.deployer),
      );
    });

    it("no contract at the existing token's address", async () => {
      await expectRefusal(node, "no-token", /no contract at 0x/, () =>
        deployAll(node.deployer, { token: { existing: NOBODY } }),
      );
    });

    it("arguments that the token refuses", async () => {
      const holder = `0x${"0".repeat(40)}` as const;
      await expectRefusal(node, "invalid-options", /deployment of MicroToken would fail/, () =>
        deployAll(node.deployer, { token: { holder } }),
      );
    });
  });
}

describe("refusals of chains, before anything is sent", () => {
  it("a chain without transient storage", async () => {
    const node = await startHardhat("shanghai");
    await expectRefusal(node, "unsupported-chain", /transient storage/, () => deployAll(node.deployer));
    await node.stop();
  });

  it("a chain where the factory's one transaction failed", async () => {
    const node = await startHardhat();
    await node.provider.send("hardhat_setNonce", [FACTORY_DEPLOYER, "0x1"]);
    await expectRefusal(node, "unsupported-chain", /never be repeated/, () => deployAll(node.deployer));
    await node.stop();
  });

  it("a base fee above what the factory's one transaction offers", async () => {
    const node = await startHardhat();
    await node.provider.send("hardhat_setNextBlockBaseFeePerGas", [toQuantity(10n ** 12n)]);
    await node.provider.send("hardhat_mine", ["0x1"]);
    await expectRefusal(node, "unsupported-chain", /too dear/, () => deployAll(node.deployer));
    await node.stop();
  });

  it("a node that takes no transaction without a chain id", async () => {
    const node = await startHardhat();
    const { provider } = node;
    const send = provider.send.bind(provider);
    // In geth's words.
    const refusal = new Error("only replay-protected (EIP-155) transactions allowed over RPC");
    provider.send = (method, params) => {
      const raw = method === "eth_sendRawTransaction" && Array.isArray(params) ? String(params[0]) : undefined;
      const isProtected = raw === undefined || Transaction.from(raw).chainId !== 0n;
      return isProtected ? send(method, params) : Promise.reject(refusal);
    };
    await expectRefusal(node, "unsupported-chain", /replay-protected/, () => deployAll(node.deployer));
    expect(await provider.getBalance(FACTORY_DEPLOYER)).to.equal(0n);
    await node.stop();
  });

  it("a chain on which the factory's one transaction would run out of gas, and be gone for good", async () => {
    const node = await startHardhat();
    const { provider } = node;
    const send = provider.send.bind(provider);
    // A chain where gas is counted otherwise.
    provider.send = (method, params) =>
      method === "eth_estimateGas" ? Promise.resolve(toQuantity(100_001)) : send(method, params);
    await expectRefusal(node, "unsupported-chain", /needs 100001 gas here/, () => deployAll(node.deployer));
    await node.stop();
  });

  it("the micro family on another chain, with nobody named who gets the supply", async () => {
    const node = await startAnvil("--chain-id", "4242");
    await expectRefusal(node, "invalid-options", /who gets the token's supply/, () => deployAll(node.deployer));
    await node.stop();
  });
});
