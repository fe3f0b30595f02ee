import type { Deployed, DeploymentRecord, Sent } from "@rmps/contracts/deploy";
import type { Provider } from "ethers";
import type { Build } from "./build.ts";
import type { CliOptions } from "./options.ts";

/** What a record is made of. */
export interface RecordSources {
  deployed: Deployed;
  /** An earlier record of the very same addresses. */
  old: DeploymentRecord | undefined;
  /** What attempts that were cut short had sent. */
  earlier: readonly Sent[];
  build: Build;
  cli: CliOptions;
  provider: Provider;
}

/**
 * The block in which `address` got its code, by bisection; 0 where the node has forgotten old states, which is always
 * true if not helpful.
 */
async function blockOfCode(provider: Provider, address: string): Promise<number> {
  let [without, withCode] = [-1, await provider.getBlockNumber()];
  try {
    while (withCode - without > 1) {
      const middle = Math.floor((without + withCode) / 2);
      if ((await provider.getCode(address, middle)) === "0x") without = middle;
      else withCode = middle;
    }
    return withCode;
  } catch {
    return 0;
  }
}

/** The record of a deployment: what is known from before is kept, what this run did is added. */
export async function newRecord({
  deployed,
  old,
  earlier,
  build,
  cli,
  provider,
}: RecordSources): Promise<DeploymentRecord> {
  const sent = [...earlier, ...deployed.transactions];
  // By address: what was cut short may have been a deployment of something else.
  const transactionOf = (address: string) =>
    sent.findLast((one) => one.address === address)?.hash ??
    old?.contracts.find((known) => known.address === address)?.transaction;
  const contracts = deployed.steps.map(({ contract, address, arguments: args }) => {
    const transaction = transactionOf(address);
    const verified = old?.contracts.find((known) => known.address === address)?.verified ?? false;
    return { contract, address, arguments: args, ...(transaction !== undefined && { transaction }), verified };
  });
  return {
    chainId: String(deployed.chainId),
    network: cli.network,
    family: deployed.family,
    manager: deployed.manager,
    token: deployed.token,
    callbackToken: deployed.callbackToken,
    block: deployed.block ?? old?.block ?? (await blockOfCode(provider, deployed.manager)),
    // What was deployed earlier was deployed from an earlier commit; the code is equal, or it would be refused.
    commit: old?.commit ?? build.commit,
    compiler: old?.compiler ?? build.compiler,
    contracts,
    smokeTested: old?.smokeTested ?? false,
  };
}
