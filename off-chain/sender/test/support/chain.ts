import { ChannelManager__factory, MicroToken__factory, type ChannelManager, type MicroToken } from "@rmps/contracts";
import type { Address, Hex } from "@rmps/proofs";

import type { JsonRpcProvider, Signer } from "ethers";

import { startLocalChain, type LocalChain } from "../../../../scripts/lib/local-chain.ts";

/** The embedded chain with everything deployed, and what tests need of it. */
export interface TestChain {
  readonly url: string;
  /** Asks it more often than a node of others' is asked. */
  readonly provider: JsonRpcProvider;
  readonly manager: ChannelManager;
  readonly contract: Address;
  readonly token: MicroToken;
  readonly tokenAddress: Address;
  /** Private key of one of Hardhat's well-known accounts; #2 to #9 have 1,000 MIC each. */
  key(index: number): Hex;
  address(index: number): Address;
  /** The same account, to send transactions with. */
  signer(index: number): Promise<Signer>;
  balance(account: Address): Promise<bigint>;
  blockNumber(): Promise<number>;
  /** Gives tokens of account #9's to another one. */
  give(account: Address, amount: bigint): Promise<void>;
  /** Moves the chain's clock, and mines a block. */
  pass(seconds: number): Promise<void>;
  /** Undoes all that happened since the chain was borrowed. */
  giveBack(): Promise<void>;
}

let started: Promise<LocalChain> | undefined;

/** The one chain of a test run, as it was at first: for one file of tests at a time. */
export async function borrowChain(): Promise<TestChain> {
  const chain = await (started ??= startLocalChain(0));
  const { provider } = chain;
  const untouched: unknown = await provider.send("evm_snapshot", []);
  const token = MicroToken__factory.connect(chain.token, provider);
  return {
    url: chain.url,
    provider,
    manager: ChannelManager__factory.connect(chain.manager, provider),
    contract: chain.manager.toLowerCase() as Address,
    token,
    tokenAddress: chain.token.toLowerCase() as Address,
    key: (index) => chain.account(index).privateKey as Hex,
    address: (index) => chain.account(index).address.toLowerCase() as Address,
    signer: (index) => provider.getSigner(index),
    balance: (account) => token.balanceOf(account),
    blockNumber: () => provider.send("eth_blockNumber", []).then(Number),
    async give(account, amount) {
      await (await token.connect(chain.account(9))["transfer(address,uint256)"](account, amount)).wait();
    },
    async pass(seconds) {
      await provider.send("evm_increaseTime", [seconds]);
      await provider.send("evm_mine", []);
    },
    async giveBack() {
      await provider.send("evm_revert", [untouched]);
    },
  };
}
