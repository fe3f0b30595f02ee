import type { PrivateKey } from "@rmps/proofs";
import type { Signer } from "ethers";
import type { Store } from "../book/store.ts";
import type { Rpc } from "./chain.ts";
import type { DepositPath } from "./deposit.ts";
import type { GasOptions } from "./transactions/fees.ts";
import type { FeeRise } from "./transactions/options.ts";

/** What channels are managed with. */
export interface ChannelsOptions {
  /** The account that pays: a private key, or an ethers `Signer`. */
  wallet: PrivateKey | Signer;
  /** A private key that signs payments in the account's place; contract wallets and people need one. */
  sessionKey?: PrivateKey;
  /** Where the book is kept. */
  store: Store;
  /** RPC URLs or providers; without it the wallet's own provider, on chain 31337 `http://127.0.0.1:8545`. */
  rpc?: Rpc;
  /** The one chain on which the wallet may be used; all by default. */
  onlyChain?: bigint;
  /** How transactions of a wallet that is a key (or an ethers `Wallet`) are paid for; see there for the defaults. */
  gas?: GasOptions;
  /** Told of transactions that were not mined in time, and are sent with a higher fee. */
  onFeeRaised?: (rise: FeeRise) => void;
  /** How deposits are made; `auto` by default. */
  via?: DepositPath;
  /** With which receivers are asked for agreements; the platform's `fetch` by default. */
  fetch?: typeof fetch;
  /** Whether to talk to receivers over plain HTTP beyond this machine; false by default. */
  allowInsecure?: boolean;
}
