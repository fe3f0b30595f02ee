import { addressOf, type Address, type Hex, type PrivateKey } from "@rmps/proofs";
import { SigningKey, Transaction } from "ethers";
import { bytes, count, members, quantity } from "../rpc/results.ts";
import type { Rpc } from "../rpc/rpc.ts";
import type { Fees, Market } from "./fees.ts";

/** What is signed. */
export interface Unsigned extends Fees {
  readonly nonce: number;
  readonly to: Address;
  readonly data: Hex;
  readonly gasLimit: bigint;
}

export interface Signed {
  readonly raw: Hex;
  readonly hash: Hex;
}

/** What became of a mined transaction. */
export interface Receipt {
  readonly block: number;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
  /** Wei; 0 where the node does not say what was paid for gas. */
  readonly cost: bigint;
}

/** The account that pays for gas. Its nonces belong to the settler: nobody else should send from it. */
export class GasAccount {
  readonly address: Address;
  readonly #key: SigningKey;
  readonly #chainId: bigint;
  readonly #rpc: Rpc;

  constructor(rpc: Rpc, chainId: bigint, key: PrivateKey) {
    this.#rpc = rpc;
    this.#chainId = chainId;
    this.#key = new SigningKey(key);
    this.address = addressOf(key);
  }

  /** Signs; deterministic, so that a transaction can be made again from what the queue keeps of it. */
  sign(unsigned: Unsigned, market: Market): Signed {
    const { nonce, to, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = unsigned;
    const fees =
      market.baseFee === undefined
        ? { type: 0, gasPrice: maxFeePerGas }
        : { type: 2, maxFeePerGas, maxPriorityFeePerGas };
    const transaction = Transaction.from({ chainId: this.#chainId, nonce, to, data, gasLimit, ...fees });
    transaction.signature = this.#key.sign(transaction.unsignedHash);
    return { raw: transaction.serialized as Hex, hash: transaction.hash as Hex };
  }

  /** Wei. */
  async balance(): Promise<bigint> {
    return this.#rpc.request("eth_getBalance", [this.address, "latest"], quantity);
  }

  /** How many of its transactions are in blocks up to `block`. */
  async nonce(block: number | "latest"): Promise<number> {
    const tag = block === "latest" ? block : `0x${Math.max(0, block).toString(16)}`;
    return this.#rpc.request("eth_getTransactionCount", [this.address, tag], count);
  }

  /** What a call would return now, sent from this account. @throws RpcError where it would revert. */
  async call(to: Address, data: Hex): Promise<Hex> {
    return this.#rpc.request("eth_call", [{ from: this.address, to, data }, "latest"], bytes);
  }

  /** Wei per gas as things are, as the node thinks. */
  async price(): Promise<bigint> {
    return this.#rpc.request("eth_gasPrice", [], quantity);
  }

  /** @throws RpcError where it would revert. */
  async estimate(to: Address, data: Hex): Promise<bigint> {
    return this.#rpc.request("eth_estimateGas", [{ from: this.address, to, data }], quantity);
  }

  /** What a tip has to be, as the node thinks; 1 gwei where it does not know. */
  async tip(baseFee: bigint | undefined): Promise<bigint> {
    const method = baseFee === undefined ? "eth_gasPrice" : "eth_maxPriorityFeePerGas";
    try {
      return await this.#rpc.request(method, [], quantity);
    } catch {
      return 1_000_000_000n;
    }
  }

  /** To every node at once. @throws RpcError, RpcUnavailable where none takes it. */
  async broadcast(raw: Hex): Promise<void> {
    await this.#rpc.everywhere("eth_sendRawTransaction", [raw]);
  }

  /** What any transaction calls its contract with, lower case; undefined where the node does not know it. */
  async calldata(hash: Hex): Promise<string | undefined> {
    return (await this.#rpc.request("eth_getTransactionByHash", [hash], readCalldata)) ?? undefined;
  }

  /** The block and outcome of a mined transaction. */
  async receipt(hash: Hex): Promise<Receipt | undefined> {
    return (await this.#rpc.request("eth_getTransactionReceipt", [hash], readReceipt)) ?? undefined;
  }
}

/** Null for one that is not in a block. */
function readReceipt(result: unknown): Receipt | null | undefined {
  if (result === null) return null;
  const { blockNumber, status, gasUsed: gas, effectiveGasPrice } = members(result) ?? {};
  if (blockNumber === null) return null;
  const [block, outcome, gasUsed] = [count(blockNumber), count(status), quantity(gas)];
  if (block === undefined || outcome === undefined || gasUsed === undefined) return undefined;
  return { block, succeeded: outcome === 1, gasUsed, cost: gasUsed * (quantity(effectiveGasPrice) ?? 0n) };
}

/** Null for one that the node does not know. */
function readCalldata(result: unknown): string | null | undefined {
  return result === null ? null : bytes(members(result)?.["input"])?.toLowerCase();
}
