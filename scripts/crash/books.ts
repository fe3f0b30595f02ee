import { verifyBalanceProof, type Hex } from "@rmps/proofs";
import { readFileSync } from "node:fs";
import type { Customer } from "./customer.ts";

/** A channel as the receiver has it. */
interface Book {
  readonly accepted: string;
  readonly spent: string;
  readonly balance: string;
  readonly signature?: Hex;
}

/** What is wrong with the receiver's books; all zero where nothing is. */
export interface Findings {
  /** Channels whose best proof is below what was paid with, or does not verify. */
  lost: number;
  /** Balances that bought content twice. */
  doubles: number;
  /** Channels whose `spent` does not fit what was served. */
  unbalanced: number;
}

/** Compares the receiver's books, and what its nodes wrote down, with what the customers know. */
export async function audit(
  url: string,
  served: string,
  customers: readonly Customer[],
  sender: Hex,
): Promise<Findings> {
  const books = (await (await fetch(`${url}/books`)).json()) as Record<Hex, Book>;
  const findings: Findings = { lost: 0, doubles: 0, unbalanced: 0 };
  for (const customer of customers) {
    const book = books[customer.channelId]!;
    const [accepted, spent, balance] = [BigInt(book.accepted), BigInt(book.spent), BigInt(book.balance)];
    const best = [...customer.served].reduce((highest, paid) => (paid > highest ? paid : highest), 0n);
    const { channelId, contract, price } = customer;
    const proof = { chainId: 31337n, contract, channelId, balance };
    const verified = balance === 0n || verifyBalanceProof(proof, book.signature ?? "", sender);
    if (accepted < best || balance !== accepted || !verified) findings.lost++;
    // What nobody knows about was charged or not; what failed was taken back, unless the node died over it.
    const least = BigInt(customer.served.size) * price;
    const most = least + BigInt(customer.unknown.size + customer.failed.size) * price;
    if (spent < least || spent > most || spent > accepted || accepted > customer.highest) findings.unbalanced++;
    findings.doubles += customer.doubles;
  }
  const lines = readFileSync(served, "utf8").split("\n").filter(Boolean);
  findings.doubles += lines.length - new Set(lines).size;
  return findings;
}
