import type { Hex } from "@rmps/proofs";
import type { Signer } from "ethers";
import type { Book } from "../../book/book.ts";
import type { Account, Fees } from "../../book/sent.ts";
import type { Chain } from "../chain.ts";
import type { GasOptions } from "./fees.ts";

/** Told of a transaction that is replaced by one with a higher fee. Fees in wei per gas. */
export interface FeeRise extends Fees {
  readonly doing: string;
  readonly nonce: number;
  readonly hash: Hex;
}

/** What an outbox needs. */
export interface OutboxOptions {
  readonly book: Book;
  readonly chain: Chain;
  readonly account: Account;
  /** The account, connected to the chain. */
  readonly signer: Signer;
  readonly gas: GasOptions;
  readonly onFeeRaised: (rise: FeeRise) => void;
}
