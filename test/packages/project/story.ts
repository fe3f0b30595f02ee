// What a program does that knows RMPS from its packages alone: opens a channel, pays, is paid, closes; with typed
// events and typed errors. Compiled with both resolutions, bundled for browsers, and run each time.
import {
  ChannelManager__factory,
  MicroToken__factory,
  readRevert,
  type ChannelSettledEvent,
  type ChannelStateStructOutput,
  type Revert,
} from "@rmps/contracts";
import { deploymentOf } from "@rmps/contracts/deployments";
import {
  ZERO_ADDRESS,
  addressOf,
  channelId,
  parseTerms,
  signBalanceProof,
  verifyBalanceProof,
  type Terms,
} from "@rmps/proofs";
import { JsonRpcProvider, NonceManager, Wallet, hexlify, randomBytes } from "ethers";

/** Hardhat's well-known accounts #0 and #1; strings, as they come from the environment. */
const SENDER_KEY: string = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const RECEIVER_KEY: string = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not as expected: ${what}`);
}

/** What an error says: the name decides which arguments there are. */
function describe(revert: Revert): string {
  if (revert.name === "ChallengePeriodRunning") {
    const closesAt: bigint = revert.args.closesAt;
    return `until ${closesAt}`;
  }
  if (revert.name === "SafeERC20FailedOperation") {
    const token: string = revert.args.token;
    return `by ${token}`;
  }
  return revert.name;
}

export async function story(rpcUrl: string): Promise<string> {
  const provider = new JsonRpcProvider(rpcUrl, undefined, { pollingInterval: 50 });
  try {
    const { chainId } = await provider.getNetwork();
    const deployment = deploymentOf(chainId);
    if (deployment === undefined) throw new Error(`RMPS is not on chain ${chainId}`);
    const domain = { chainId, contract: deployment.manager };
    const sender = new NonceManager(new Wallet(SENDER_KEY, provider));
    const receiver = new NonceManager(new Wallet(RECEIVER_KEY, provider));
    const manager = ChannelManager__factory.connect(deployment.manager, sender);
    const token = MicroToken__factory.connect(deployment.token, sender);

    const terms: Terms = parseTerms({
      sender: addressOf(SENDER_KEY),
      senderSigner: ZERO_ADDRESS,
      receiver: addressOf(RECEIVER_KEY),
      receiverSigner: ZERO_ADDRESS,
      token: deployment.token,
      challengePeriod: 3600,
      salt: hexlify(randomBytes(32)),
    });
    const id = channelId(terms, domain);
    check((await manager.channelId(terms)) === id, "the id");

    await (await token.approve(deployment.manager, 1000n)).wait();
    await (await manager.deposit(terms, 1000n)).wait();
    const [opened] = await manager.queryFilter(manager.filters.ChannelOpened(id));
    const deposit: bigint | undefined = opened?.args.deposit;
    check(deposit === 1000n && opened?.args.receiver.toLowerCase() === terms.receiver, "the event");
    const { sender: payer, receiver: payee, senderSigner, receiverSigner, challengePeriod, salt } = opened!.args;
    const both = { senderSigner, receiverSigner, token: deployment.token, challengePeriod, salt };
    check(channelId(parseTerms({ sender: payer, receiver: payee, ...both }), domain) === id, "the terms of the event");

    const proof = { ...domain, channelId: id, balance: 250n };
    const signature = signBalanceProof(proof, SENDER_KEY);
    check(verifyBalanceProof(proof, signature, terms.sender), "the proof");

    let refused: string | undefined;
    try {
      await manager.settle.staticCall(terms, 300n, 300n, signature);
    } catch (error) {
      const revert = readRevert(error);
      refused = revert && describe(revert);
    }
    check(refused === "InvalidProof", `the error (${refused})`);

    const asReceiver = manager.connect(receiver);
    await (await asReceiver.settle(terms, 250n, 250n, signature)).wait();
    const [settled]: ChannelSettledEvent.Log[] = await manager.queryFilter(manager.filters.ChannelSettled(id));
    const paid: bigint | undefined = settled?.args.paid;
    await (await asReceiver.close(terms, 250n, 0n, "0x", 0n, "0x")).wait();
    const state: ChannelStateStructOutput = await manager.stateOf(id);
    check(state.settled === 250n && state.closesAt === 2n ** 32n - 1n, "the closed channel");
    return `paid ${paid} of ${deposit}`;
  } finally {
    provider.destroy();
  }
}
