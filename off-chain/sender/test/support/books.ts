import { verifyBalanceProof, type Address, type Hex, type Manager } from "@rmps/proofs";
import type { Payment, RefusalCode } from "@rmps/wire";

/** What the seller of the tests keeps of a channel: by the rules of the protocol, written down once more. */
export class SellerBooks {
  accepted = 0n;
  spent = 0n;
  proof: Hex | undefined;
  ended = false;
  readonly seen = new Set<bigint>();
  /** Balances that came, in order, repetitions included. */
  readonly offered: bigint[] = [];
  /** Idempotency keys of what was charged. */
  readonly answered = new Set<string>();
  readonly sender: Address;
  readonly deposit: () => Promise<bigint>;

  constructor(sender: Address, deposit: () => Promise<bigint>) {
    this.sender = sender;
    this.deposit = deposit;
  }

  /** Takes a payment, or says why not. */
  async take(payment: Payment, price: bigint, manager: Manager): Promise<RefusalCode | undefined> {
    const { channelId, balance, signature, maxPrice } = payment;
    if (!verifyBalanceProof({ ...manager, channelId, balance }, signature, this.sender)) return "invalid-signature";
    if (this.ended) return "channel-closing";
    if (balance > (await this.deposit())) return "balance-exceeds-deposit";
    this.offered.push(balance);
    if (balance > this.accepted) {
      this.accepted = balance;
      this.proof = signature;
    }
    if (this.seen.has(balance) || (maxPrice !== undefined && maxPrice < price)) return "insufficient-payment";
    if (this.accepted - this.spent < price) return "insufficient-payment";
    this.spent += price;
    this.seen.add(balance);
    return undefined;
  }
}
