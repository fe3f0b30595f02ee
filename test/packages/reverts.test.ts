import { ChannelManager__factory, readRevert, type ChannelManager } from "@rmps/contracts";
import { deployAll } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { AbiCoder, concat, ZeroAddress, ZeroHash } from "ethers";
import { nodes, type Node } from "../deploy/support/nodes.ts";

for (const [name, start] of nodes) {
  describe(`the manager's errors, as ${name} tells them`, () => {
    let node: Node;
    let manager: ChannelManager;
    const self = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"; // Hardhat's well-known account #0
    const terms = {
      sender: self,
      senderSigner: ZeroAddress,
      receiver: self,
      receiverSigner: ZeroAddress,
      token: ZeroAddress,
      challengePeriod: 900n,
      salt: ZeroHash,
    };

    before(async () => {
      node = await start();
      const deployed = await deployAll(node.deployer);
      manager = ChannelManager__factory.connect(deployed.manager, node.deployer);
      terms.token = deployed.token;
    });
    after(() => node.stop());

    async function revertOf(attempt: Promise<unknown>) {
      return readRevert(
        await attempt.then(
          () => "it did not fail",
          (error: unknown) => error,
        ),
      );
    }

    it("are read from a call, an estimate and a transaction", async () => {
      const expected = { name: "ChannelNotFound", args: {} };
      expect(await revertOf(manager.finalize.staticCall(terms))).to.deep.equal(expected);
      expect(await revertOf(manager.finalize.estimateGas(terms))).to.deep.equal(expected);
      expect(await revertOf(manager.finalize(terms))).to.deep.equal(expected);
    });

    it("have their arguments by name", async () => {
      const { token } = await deployAll(node.deployer);
      const data = ChannelManager__factory.createInterface().encodeErrorResult("SafeERC20FailedOperation", [token]);
      const revert = readRevert({ info: { error: { data } } });
      expect(revert?.name === "SafeERC20FailedOperation" && revert.args.token.toLowerCase()).to.equal(token);
    });

    it("are nothing where something else failed: a token's own error, no node, a circle", async () => {
      expect(await revertOf(manager.deposit(terms, 1n))).to.equal(undefined); // no allowance
      const circle: { cause?: unknown } = {};
      circle.cause = circle;
      const words = concat(["0x08c379a0", AbiCoder.defaultAbiCoder().encode(["string"], ["not today"])]); // Error(string)
      for (const thrown of [undefined, null, 7, "0x12345678", new Error("no"), circle, { data: words }]) {
        expect(readRevert(thrown)).to.equal(undefined);
      }
    });
  });
}
