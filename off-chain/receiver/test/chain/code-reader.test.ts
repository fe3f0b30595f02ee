import { expect } from "chai";
import { rpcCodeReader } from "../../src/chain/rpc/code-reader.ts";
import { createRpc } from "../../src/chain/rpc/rpc.ts";
import { TestChain } from "../support/chain.ts";
import { FaultyNode, NodeError } from "../support/faulty-node.ts";

describe("a question to a contract wallet", () => {
  let chain: TestChain;
  let node: FaultyNode;

  before(async () => {
    chain = await TestChain.start();
    node = await FaultyNode.before(chain.url);
  });
  after(async () => {
    await node.stop();
    await chain.stop();
  });

  async function codeOf(message: string): Promise<unknown> {
    node.fault = () => Promise.reject(new NodeError(message));
    const reader = rpcCodeReader(createRpc([node.url]), () => undefined);
    const error: unknown = await reader.call({ to: chain.tokenAddress, data: "0x" }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    return (error as { code?: unknown }).code;
  }

  it("is answered no by whatever fails in the wallet", async () => {
    for (const message of [
      "execution reverted",
      "VM Exception while processing: revert",
      "out of gas",
      "invalid opcode",
    ]) {
      expect(await codeOf(message), message).to.equal("CALL_EXCEPTION");
    }
  });

  it("is not answered by a node that fails itself", async () => {
    for (const message of ["missing trie node", "internal error", "method eth_call is not allowed"]) {
      expect(await codeOf(message), message).to.not.equal("CALL_EXCEPTION");
    }
  });
});
