import { Wallet } from "ethers";
import { account, CHAIN_ID, type TestChain, type TestChannel } from "./chain.ts";

/** Gas that each call may take: more than opening a channel, or asking to close one, does. */
const GAS = 200_000;

/** A call of a contract. */
interface Call {
  readonly to: string;
  readonly data: string;
}

/** Sends calls from one of Hardhat's accounts and puts them into as few blocks as hold them. */
async function sendTogether(chain: TestChain, index: number, calls: readonly Call[]): Promise<void> {
  const wallet = new Wallet(account(index).key);
  const [first, { maxFeePerGas }] = [await chain.sent(account(index)), await chain.provider.getFeeData()];
  const common = { type: 2, chainId: CHAIN_ID, gasLimit: GAS, maxFeePerGas, maxPriorityFeePerGas: 0n };
  const signed = await Promise.all(
    calls.map((call, at) => wallet.signTransaction({ ...common, ...call, nonce: first + at })),
  );
  await chain.rpc("evm_setAutomine", [false]);
  try {
    // Not eth_sendTransaction: Hardhat then runs all that waits, anew for each.
    await Promise.all(signed.map((raw) => chain.rpc("eth_sendRawTransaction", [raw])));
    while ((await chain.sent(account(index))) < first + calls.length) await chain.mine();
  } finally {
    await chain.rpc("evm_setAutomine", [true]);
    chain.signer(index).reset();
  }
}

/** Opens channels of Hardhat's accounts #2 to #7, all with the same deposit. */
export async function openTogether(chain: TestChain, count: number, deposit: bigint): Promise<TestChannel[]> {
  const senders = Array.from({ length: count }, (_, index) => account(2 + (index % 6)));
  const channels = senders.map((sender) => chain.channel(sender, chain.termsOf(sender)));
  await sendTogether(
    chain,
    0,
    channels.map(({ terms }) => chain.depositCall(terms, deposit)),
  );
  return channels;
}

/** The senders ask to close, conceding `amount`. */
export function requestClosesTogether(chain: TestChain, channels: readonly TestChannel[], amount: bigint) {
  const deadline = 2n ** 40n;
  const calls = channels.map(({ terms, ...channel }) => ({
    to: chain.manager.contract,
    data: chain.contract.interface.encodeFunctionData("requestClose", [
      terms,
      amount,
      deadline,
      channel.closeRequest(amount, deadline),
    ]),
  }));
  return sendTogether(chain, 8, calls);
}
