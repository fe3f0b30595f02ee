/** The embedded chain, in a process of its own, with as many channels as are asked for. */
import { MicroToken__factory } from "@rmps/contracts";
import type { Address } from "@rmps/proofs";
import { ContractFactory, NonceManager, type BaseContract, type ContractTransactionResponse } from "ethers";
import { startLocalChain } from "../../../../scripts/lib/local-chain.ts";
import { say, settings } from "../process/child.ts";
import { CHALLENGE_PERIOD } from "../world.ts";
import { compileOpener } from "./opener.ts";

/** What it says once the channels are open. */
export interface ChainReady {
  readonly rpc: string;
  readonly contract: Address;
  readonly token: Address;
  readonly receiver: Address;
}

/** Openings in one transaction: what its gas allows. */
const BATCH = 150;

interface Opener extends BaseContract {
  open(
    manager: string,
    channel: object,
    from: number,
    count: number,
    overrides: object,
  ): Promise<ContractTransactionResponse>;
}

const { channels } = settings<{ channels: number }>();
const chain = await startLocalChain(0);
const owner = new NonceManager(chain.account(2));
const receiver = (await chain.account(1).getAddress()).toLowerCase() as Address;
const sender = await owner.getAddress();

const { interface: abi, bytecode } = compileOpener();
const opener = (await new ContractFactory(abi, bytecode, owner).deploy()) as Opener;
await opener.waitForDeployment();
await MicroToken__factory.connect(chain.token, owner)["transfer(address,uint256)"](opener, 10n ** 18n);

const none = `0x${"00".repeat(20)}`;
const terms = {
  sender,
  senderSigner: none,
  receiver,
  receiverSigner: none,
  token: chain.token,
  challengePeriod: CHALLENGE_PERIOD,
  salt: `0x${"00".repeat(32)}`,
};
const gasLimit = 16_000_000;
for (let from = 0; from < channels; from += BATCH) {
  const sent = await opener.open(chain.manager, terms, from, Math.min(BATCH, channels - from), { gasLimit });
  const receipt = await sent.wait();
  if (receipt?.status !== 1) throw new Error("the channels could not be opened");
}
process.on("SIGTERM", () => void chain.close().finally(() => process.exit(0)));
say({ kind: "ready", rpc: chain.url, contract: chain.manager, token: chain.token, receiver });
