import { ChannelManager__factory, MicroToken__factory } from "@rmps/contracts";
import {
  channelId,
  encodeTerms,
  signBalanceProof,
  signCloseRequest,
  ZERO_ADDRESS,
  type Address,
  type Hex,
  type Manager,
  type Terms,
} from "@rmps/proofs";
import { NonceManager, type TransactionRequest, type TransactionResponse } from "ethers";

import type { LocalChain } from "./local-chain.ts";
import { SHOP_CHALLENGE_PERIOD } from "./shop.ts";

/** A channel to the shop, with what its sender can do. */
export interface PaidChannel {
  readonly terms: Terms;
  readonly id: Hex;
  /** Signature of a total. */
  proof(balance: bigint): Hex;
  closeRequest(amount: bigint, deadline: bigint): Hex;
  /** Adds to the deposit. */
  topUp(amount: bigint): Promise<void>;
  /** Submits the shop's agreement: the channel is closed, and paid out. */
  close(amount: bigint, deadline: bigint, agreement: Hex): Promise<void>;
}

/** A deadline that does not come, in Unix seconds. */
export const NEVER = 2n ** 40n;

/**
 * Counts its nonces itself, and sends in their order: a chain that mines at once takes none that comes before its turn,
 * and all that follow one that was refused would be too high.
 */
class OrderlyWallet extends NonceManager {
  #last: Promise<unknown> = Promise.resolve();

  override sendTransaction(transaction: TransactionRequest): Promise<TransactionResponse> {
    const sent = this.#last.then(() => super.sendTransaction(transaction));
    this.#last = sent.catch(() => this.reset());
    return sent;
  }
}

const wallets = new Map<string, OrderlyWallet>();

/** One of Hardhat's accounts, which can send several transactions at once. */
function walletOf(chain: LocalChain, index: number): OrderlyWallet {
  const name = `${chain.url} ${index}`;
  let wallet = wallets.get(name);
  if (wallet === undefined) wallets.set(name, (wallet = new OrderlyWallet(chain.account(index))));
  return wallet;
}

/** A channel to open. */
export interface Opening {
  /** Tells it from other channels of the same account. */
  readonly salt: Hex;
  /** In the token's smallest unit. */
  readonly deposit: bigint;
  /** Index of the account that deposits and pays the gas; the sender itself unless given. */
  readonly payer?: number;
}

/** Opens a channel of one of Hardhat's accounts to the shop (account #1), by ERC-223. */
export async function openChannel(
  chain: LocalChain,
  index: number,
  { salt, deposit, payer = index }: Opening,
): Promise<PaidChannel> {
  const { address, privateKey } = chain.account(index);
  const wallet = walletOf(chain, payer);
  const manager: Manager = { chainId: BigInt(chain.chainId), contract: chain.manager.toLowerCase() as Address };
  const terms: Terms = {
    sender: address.toLowerCase() as Address,
    senderSigner: ZERO_ADDRESS,
    receiver: chain.account(1).address.toLowerCase() as Address,
    receiverSigner: ZERO_ADDRESS,
    token: chain.token.toLowerCase() as Address,
    challengePeriod: SHOP_CHALLENGE_PERIOD,
    salt,
  };
  const id = channelId(terms, manager);
  const key = privateKey as Hex;
  const pay = MicroToken__factory.connect(chain.token, wallet)["transfer(address,uint256,bytes)"];
  const topUp = async (amount: bigint) => {
    await (await pay(chain.manager, amount, encodeTerms(terms))).wait();
  };
  await topUp(deposit);
  const proof = (balance: bigint) => signBalanceProof({ ...manager, channelId: id, balance }, key);
  return {
    terms,
    id,
    proof,
    closeRequest: (amount, deadline) => signCloseRequest({ ...manager, channelId: id, amount, deadline }, key),
    topUp,
    async close(amount, deadline, agreement) {
      const contract = ChannelManager__factory.connect(chain.manager, wallet);
      await (await contract.close(terms, amount, amount, proof(amount), deadline, agreement)).wait();
    },
  };
}

/** The RDN headers of a payment. */
export function paymentHeaders(channel: PaidChannel, balance: bigint): Record<string, string> {
  return {
    "RDN-Channel-Id": channel.id,
    "RDN-Sender-Balance": balance.toString(),
    "RDN-Balance-Signature": channel.proof(balance),
  };
}
