import { ChannelManager__factory, FaucetToken__factory, MicroToken__factory } from "@rmps/contracts";
import type { Plan } from "@rmps/contracts/deploy";
import {
  ZERO_ADDRESS,
  addressOf,
  channelId,
  encodeTerms,
  signBalanceProof,
  type Address,
  type Hex,
} from "@rmps/proofs";
import { hexlify, randomBytes, type ContractTransactionResponse, type Signer } from "ethers";

/** What goes through the channel, in the token's smallest unit. */
const DEPOSIT = 3n;

/** What the smoke test uses at most, for estimates: five transactions. */
export const SMOKE_GAS = 600_000n;

/** How the smoke test ended. */
export type SmokeResult = { ran: true; id: Hex; transactions: Hex[] } | { ran: false; why: string };

/**
 * Opens a channel of the deployer to itself with three of the smallest unit, settles one, closes at two, and checks the
 * books after each step. Payments are signed by a throw-away key.
 * @throws Error where the contracts do not do what they should.
 */
export async function smokeTest(signer: Signer, plan: Plan, say: (line: string) => void): Promise<SmokeResult> {
  const self = (await signer.getAddress()).toLowerCase() as Address;
  const token = MicroToken__factory.connect(plan.token, signer);
  const manager = ChannelManager__factory.connect(plan.manager, signer);
  const transactions: Hex[] = [];
  const confirm = async (what: string, sent: Promise<ContractTransactionResponse>): Promise<void> => {
    const { hash } = await sent;
    transactions.push(hash as Hex);
    const receipt = await signer.provider?.waitForTransaction(hash);
    if (receipt?.status !== 1) throw new Error(`Smoke test: ${what} failed in ${hash}.`);
    say(`  ${what.padEnd(28)} ${receipt.gasUsed} gas`);
  };

  if ((await token.balanceOf(self)) < DEPOSIT) {
    if (plan.family !== "faucet") return { ran: false, why: `the deployer has no tokens of ${plan.token}` };
    await confirm("drip", FaucetToken__factory.connect(plan.token, signer).drip());
  }

  const key = randomBytes(32);
  const terms = {
    sender: self,
    senderSigner: addressOf(key),
    receiver: self,
    receiverSigner: ZERO_ADDRESS,
    token: plan.token,
    challengePeriod: 15 * 60,
    salt: hexlify(randomBytes(32)) as Hex,
  };
  const domain = { chainId: plan.chainId, contract: plan.manager };
  const id = channelId(terms, domain);
  const proofOf = (balance: bigint): Hex => signBalanceProof({ ...domain, channelId: id, balance }, key);
  const expectState = async (deposit: bigint, settled: bigint, closed: boolean): Promise<void> => {
    const state = await manager.stateOf(id);
    if (state.deposit !== deposit || state.settled !== settled || (state.closesAt === 0n) === closed) {
      throw new Error(`Smoke test: channel ${id} is in state ${state.toString()}.`);
    }
  };

  if (plan.callbackToken === plan.token) {
    const open = token["transfer(address,uint256,bytes)"](plan.manager, DEPOSIT, encodeTerms(terms));
    await confirm("open by ERC-223 transfer", open);
  } else {
    await confirm("approve", token.approve(plan.manager, DEPOSIT));
    await confirm("open by deposit", manager.deposit(terms, DEPOSIT));
  }
  await expectState(DEPOSIT, 0n, false);
  await confirm("settle 1", manager.settle(terms, 1n, 1n, proofOf(1n)));
  await expectState(DEPOSIT, 1n, false);
  await confirm("close at 2", manager.close(terms, 2n, 2n, proofOf(2n), 0n, "0x"));
  await expectState(DEPOSIT, 2n, true);
  return { ran: true, id, transactions };
}
