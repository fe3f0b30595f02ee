import { ChannelManager__factory, MicroToken__factory, type ChannelManager, type MicroToken } from "@rmps/contracts";
import type { Address, Hex } from "@rmps/proofs";

import type { Signer } from "ethers";

import { startLocalChain } from "../../../../scripts/lib/local-chain.ts";

/** The embedded chain with everything deployed, and what tests need of it. */
export interface TestChain {
  readonly url: string;
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
  close(): Promise<void>;
}

export async function startChain(): Promise<TestChain> {
  const chain = await startLocalChain(0);
  const { provider } = chain;
  const token = MicroToken__factory.connect(chain.token, provider);
  return {
    url: chain.url,
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
    close: () => chain.close(),
  };
}
