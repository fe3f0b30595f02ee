import { verifyContract } from "@nomicfoundation/hardhat-verify/verify";
import type { ContractRecord } from "@rmps/contracts/deploy";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

const sources = {
  MicroToken: "contracts/token/MicroToken.sol:MicroToken",
  FaucetToken: "contracts/token/FaucetToken.sol:FaucetToken",
  ChannelManager: "contracts/ChannelManager.sol:ChannelManager",
};

/** What an explorer is asked for. */
export function verification({ contract, address, arguments: constructorArgs, transaction }: ContractRecord) {
  const provider = process.env.ETHERSCAN_API_KEY === undefined ? ("sourcify" as const) : ("etherscan" as const);
  const creation = provider === "sourcify" && transaction !== undefined ? { creationTxHash: transaction } : {};
  return { address, constructorArgs: [...constructorArgs], contract: sources[contract], provider, ...creation };
}

/** Publishes the sources of a contract that an explorer does not have yet; says so where it refuses. */
export async function verified(
  record: ContractRecord,
  hre: HardhatRuntimeEnvironment,
  say: (line: string) => void,
): Promise<boolean> {
  if (record.verified) return true;
  try {
    return await verifyContract(verification(record), hre);
  } catch (error) {
    say(`  ${record.contract} could not be verified: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
