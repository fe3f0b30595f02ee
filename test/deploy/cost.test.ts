import { estimateDeployment, inspectDeployment, planDeployment, deployAll } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { toBeHex } from "ethers";
import { nodes, type Node } from "./support/nodes.ts";

const OP_ORACLE = "0x420000000000000000000000000000000000000F";

for (const [name, start] of nodes) {
  describe(`the cost of a deployment to ${name}`, () => {
    let node: Node;

    beforeEach(async () => {
      node = await start();
    });
    afterEach(() => node.stop());

    async function estimate() {
      const findings = await inspectDeployment(node.provider, planDeployment(31337n));
      const from = (await node.deployer.getAddress()).toLowerCase() as `0x${string}`;
      return estimateDeployment(node.provider, from, findings, [{ what: "later", gas: 7n }]);
    }

    it("is at most what the dry run says, and not far from it", async () => {
      const { atMost, balance, lines, maxFeePerGas } = await estimate();
      await deployAll(node.deployer);
      const spent = balance - (await node.provider.getBalance(await node.deployer.getAddress()));
      expect(spent <= atMost, `${spent} of ${atMost}`).to.equal(true);
      expect(spent * 3n > atMost, `${spent} of ${atMost}`).to.equal(true);
      expect(lines.at(-1)).to.deep.equal({ what: "later", gas: 7n, atMost: 7n * maxFeePerGas });
    });

    it("is nothing but what comes afterwards once all is there", async () => {
      await deployAll(node.deployer);
      expect((await estimate()).lines.map(({ what }) => what)).to.deep.equal(["later"]);
    });

    it("holds the fee for data where the OP stack's oracle asks for one", async () => {
      const fee = 10n ** 15n;
      const before = await estimate();
      // PUSH32 fee, MSTORE at 0, RETURN 32 bytes: the oracle's answer to every question.
      const code = `0x7f${toBeHex(fee, 32).slice(2)}5f5260205ff3`;
      await node.provider.send(name === "anvil" ? "anvil_setCode" : "hardhat_setCode", [OP_ORACLE, code]);
      expect((await estimate()).atMost - before.atMost).to.equal(2n * fee);
    });
  });
}
