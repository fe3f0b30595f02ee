import { DeploymentError, type DeploymentErrorCode } from "@rmps/contracts/deploy";
import { expect } from "chai";
import type { Node } from "./nodes.ts";

/** Expects a refusal of this kind whose text matches, and that nothing was sent. */
export async function expectRefusal(
  node: Node,
  code: DeploymentErrorCode,
  text: RegExp,
  attempt: () => Promise<unknown>,
): Promise<void> {
  const before = await node.deployer.getNonce("pending");
  let refusal: unknown;
  try {
    await attempt();
  } catch (error) {
    refusal = error;
  }
  expect(refusal).to.be.instanceOf(DeploymentError);
  const { code: given, message, remedy } = refusal as DeploymentError;
  expect(given).to.equal(code);
  expect(message).to.match(text);
  expect(remedy).to.not.equal("");
  expect(await node.deployer.getNonce("pending"), "transactions sent").to.equal(before);
}
