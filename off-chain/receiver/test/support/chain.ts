import { ChannelManager__factory, MicroToken__factory, type ChannelManager, type MicroToken } from "@rmps/contracts";
import {
  channelId,
  signBalanceProof,
  signCloseRequest,
  ZERO_ADDRESS,
  type Address,
  type Hex,
  type Manager,
  type Terms,
} from "@rmps/proofs";
import { hexlify, JsonRpcProvider, NonceManager, parseEther, randomBytes, Wallet } from "ethers";
import { network } from "hardhat";
import { hardhatAccount } from "../../../../scripts/lib/hardhat-accounts.ts";

export { eventually } from "./eventually.ts";

/** Hardhat's chain. */
export const CHAIN_ID = 31337n;

/** One token. */
export const UNIT = 10n ** 18n;

/** A key as tests use it. */
export interface Key {
  readonly key: Hex;
  readonly address: Address;
}

const accounts: Key[] = [];

/** One of Hardhat's well-known accounts. Derived once: that takes far longer than most of what tests do with it. */
export function account(index: number): Key {
  return (accounts[index] ??= derive(index));
}

function derive(index: number): Key {
  const wallet = hardhatAccount(index);
  return { key: wallet.privateKey as Hex, address: wallet.address.toLowerCase() as Address };
}

export const RECEIVER = account(1);
export const GAS_PAYER = account(9);

/** A channel with its keys. */
export interface TestChannel {
  readonly id: Hex;
  readonly terms: Terms;
  readonly sender: Key;
  /** Signature of a balance proof. */
  proof(balance: bigint): Hex;
  closeRequest(amount: bigint, deadline: bigint): Hex;
}

/** An embedded chain with token and manager, the senders' tokens approved. */
export class TestChain {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  readonly token: MicroToken;
  readonly contract: ChannelManager;
  readonly manager: Manager;
  readonly tokenAddress: Address;
  readonly #close: () => Promise<void>;
  readonly #signers = new Map<number, NonceManager>();

  private constructor(
    url: string,
    provider: JsonRpcProvider,
    token: MicroToken,
    contract: ChannelManager,
    addresses: { token: Address; contract: Address },
    close: () => Promise<void>,
  ) {
    this.url = url;
    this.provider = provider;
    this.token = token;
    this.contract = contract;
    this.tokenAddress = addresses.token;
    this.manager = { chainId: CHAIN_ID, contract: addresses.contract };
    this.#close = close;
  }

  /**
   * Starts a chain in this process, or (with `url`) uses one that runs, and deploys.
   * @param later seconds by which its blocks are later: chains of one process are otherwise alike to the last hash.
   */
  static async start({ url, later }: { url?: string; later?: number } = {}): Promise<TestChain> {
    const server = url === undefined ? await network.createServer({ network: "default" }, "127.0.0.1", 0) : undefined;
    const where = url ?? `http://127.0.0.1:${(await server!.listen()).port}`;
    const provider = new JsonRpcProvider(where, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 20 });
    if (later !== undefined) await provider.send("evm_increaseTime", [later]);
    const deployer = new NonceManager(new Wallet(account(0).key, provider));
    const holder = account(0).address;
    const token = await new MicroToken__factory(deployer).deploy("Micro", "MIC", 18, parseEther("1000000000"), holder);
    const contract = await new ChannelManager__factory(deployer).deploy(await token.getAddress());
    await contract.waitForDeployment();
    const addresses = {
      token: (await token.getAddress()).toLowerCase() as Address,
      contract: (await contract.getAddress()).toLowerCase() as Address,
    };
    const chain = new TestChain(where, provider, token, contract, addresses, async () => {
      provider.destroy();
      await server?.close();
    });
    chain.#signers.set(0, deployer);
    return chain;
  }

  async stop(): Promise<void> {
    await this.#close();
  }

  signer(index: number): NonceManager {
    const known = this.#signers.get(index);
    if (known !== undefined) return known;
    const signer = new NonceManager(new Wallet(account(index).key, this.provider));
    this.#signers.set(index, signer);
    return signer;
  }

  rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    return this.provider.send(method, params) as Promise<T>;
  }

  blockNumber = async () => Number(await this.rpc<string>("eth_blockNumber"));

  async mine(blocks = 1): Promise<void> {
    await this.rpc("hardhat_mine", [`0x${blocks.toString(16)}`]);
  }

  /** Moves the chain's clock. @param seconds forward. */
  async pass(seconds: number): Promise<void> {
    await this.rpc("evm_increaseTime", [seconds]);
    await this.mine();
  }

  /** Remembers the chain as it is. @returns what to pass to `revert`. */
  snapshot(): Promise<string> {
    return this.rpc<string>("evm_snapshot");
  }

  /** Goes back to a snapshot: the blocks since then never happened. */
  async revert(snapshot: string): Promise<void> {
    await this.rpc("evm_revert", [snapshot]);
    for (const signer of this.#signers.values()) signer.reset();
  }

  termsOf(sender: Key, over: Partial<Terms> = {}): Terms {
    return {
      sender: sender.address,
      senderSigner: ZERO_ADDRESS,
      receiver: RECEIVER.address,
      receiverSigner: ZERO_ADDRESS,
      token: this.tokenAddress,
      challengePeriod: 3600,
      salt: hexlify(randomBytes(32)) as Hex,
      ...over,
    };
  }

  channel(sender: Key, terms: Terms): TestChannel {
    const id = channelId(terms, this.manager);
    return {
      id,
      terms,
      sender,
      proof: (balance) => signBalanceProof({ ...this.manager, channelId: id, balance }, sender.key),
      closeRequest: (amount, deadline) =>
        signCloseRequest({ ...this.manager, channelId: id, amount, deadline }, sender.key),
    };
  }

  /** Deposits into a channel by ERC-223 from the deployer's tokens: the sender needs none. */
  async deposit(terms: Terms, amount: bigint): Promise<void> {
    await (await this.signer(0).sendTransaction(this.depositCall(terms, amount))).wait();
  }

  /** The call that deposits. */
  depositCall(terms: Terms, amount: bigint): { to: Address; data: string } {
    const channel = `0x${this.contract.interface.encodeFunctionData("finalize", [terms]).slice(10)}`;
    const transfer = "transfer(address,uint256,bytes)";
    const data = this.token.interface.encodeFunctionData(transfer, [this.manager.contract, amount, channel]);
    return { to: this.tokenAddress, data };
  }

  /** Opens a channel of one of Hardhat's accounts. */
  async open(index: number, deposit = UNIT, over: Partial<Terms> = {}): Promise<TestChannel> {
    const sender = account(index);
    const terms = this.termsOf(sender, over);
    await this.deposit(terms, deposit);
    return this.channel(sender, terms);
  }

  /** The sender asks to close, conceding `amount`. */
  async requestClose({ terms, sender, ...channel }: TestChannel, amount: bigint): Promise<void> {
    const deadline = 2n ** 40n;
    const request = channel.closeRequest(amount, deadline);
    void sender;
    await (await this.contract.connect(this.signer(8)).requestClose(terms, amount, deadline, request)).wait();
  }

  async finalize({ terms }: TestChannel): Promise<void> {
    await (await this.contract.connect(this.signer(8)).finalize(terms)).wait();
  }

  /** Tokens that the receiver has. */
  earned = () => this.token.balanceOf(RECEIVER.address);

  /** How many transactions an account has sent. */
  sent = async (who: Key) => Number(await this.rpc<string>("eth_getTransactionCount", [who.address, "latest"]));

  stateOf = (id: Hex) => this.contract.stateOf(id);
}
