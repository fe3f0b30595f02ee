import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelManager__factory, MicroToken__factory } from "@rmps/contracts";
import {
  ZERO_ADDRESS,
  channelId,
  encodeTerms,
  signBalanceProof,
  type Address,
  type Hex,
  type Terms,
} from "@rmps/proofs";
import { writeBundle } from "@rmps/wire";
import { hexlify, randomBytes, type HDNodeWallet } from "ethers";
import { startLocalChain, type LocalChain } from "../../../scripts/lib/local-chain.ts";
import { runScript, type Outcome } from "./command.ts";

export const HOUR = 3600;

/** An embedded chain with everything deployed, on which accounts #2 and #3 pay account #1. */
export class Office {
  readonly chain: LocalChain;
  readonly folder = mkdtempSync(join(tmpdir(), "rmps-ops-"));

  constructor(chain: LocalChain) {
    this.chain = chain;
  }

  static async open(): Promise<Office> {
    return new Office(await startLocalChain(0));
  }

  async close(): Promise<void> {
    await this.chain.close();
    rmSync(this.folder, { recursive: true });
  }

  /** How many blocks come to be meanwhile: one for each transaction. */
  async blocks(action: () => Promise<unknown>): Promise<number> {
    const before = await this.chain.provider.getBlockNumber();
    await action();
    return (await this.chain.provider.getBlockNumber()) - before;
  }

  /** Runs a command of `scripts/ops/` on this chain, the first of a list as receivers take it. */
  run(command: string, ...args: string[]): Promise<Outcome> {
    return runScript(`scripts/ops/${command}.ts`, args, { RMPS_RPC: `${this.chain.url}, http://127.0.0.1:9` });
  }

  get domain() {
    return { chainId: this.chain.chainId, contract: this.chain.manager };
  }

  manager(account: HDNodeWallet) {
    return ChannelManager__factory.connect(this.chain.manager, account);
  }

  token(account: HDNodeWallet) {
    return MicroToken__factory.connect(this.chain.token, account);
  }

  /** A channel of an account to account #1, with this deposit. */
  async channel(sender: number, deposit: bigint): Promise<{ id: Hex; terms: Terms }> {
    const account = this.chain.account(sender);
    const terms: Terms = {
      sender: account.address.toLowerCase() as Address,
      senderSigner: ZERO_ADDRESS,
      receiver: this.chain.account(1).address.toLowerCase() as Address,
      receiverSigner: ZERO_ADDRESS,
      token: this.chain.token,
      challengePeriod: HOUR,
      salt: hexlify(randomBytes(32)) as Hex,
    };
    const transfer = this.token(account)["transfer(address,uint256,bytes)"];
    await (await transfer(this.chain.manager, deposit, encodeTerms(terms))).wait();
    return { id: channelId(terms, this.domain), terms };
  }

  /** A bundle as the receiver's API gives it. */
  bundle(sender: number, { terms }: { terms: Terms }, balance: bigint, domain = this.domain) {
    const id = channelId(terms, domain);
    const key = this.chain.account(sender).privateKey as Hex;
    const proof = signBalanceProof({ ...domain, channelId: id, balance }, key);
    return writeBundle({ ...domain, id, terms, amount: balance, balance, proof });
  }

  /** Writes a file that only its owner can read, unless told otherwise. */
  file(name: string, content: unknown, mode = 0o600): string {
    const path = join(this.folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content), { mode });
    return path;
  }

  /** Moves the chain's clock on. */
  async pass(seconds: number): Promise<void> {
    await this.chain.provider.send("evm_increaseTime", [seconds]);
    await this.chain.provider.send("evm_mine", []);
  }
}
