import type { Address } from "@rmps/proofs";
import type { Logger } from "pino";
import type { ForwardAuthRoutes } from "../adapters/forward-auth.ts";
import type { Confirmations } from "../chain/watcher/follower.ts";
import type { ClaimPolicy } from "../chain/settler/policy.ts";
import type { DoorOptions } from "../door/options.ts";
import type { Routes } from "../proxy/routes.ts";
import type { WebOptions } from "../web/options.ts";

/** Where a receiver listens, unless told otherwise. */
export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 5000;

/** Where channels are kept, unless told otherwise. */
export const DEFAULT_STORE = "rmps-receiver.sqlite";

/**
 * The receiver's keys, each as 0x and 64 hex digits. Each may be absent: agreements are then not given, or nothing is
 * settled by this program.
 */
export interface ReceiverKeys {
  /** Signs closing agreements, and nothing else. Its address is the channels' receiver side. */
  readonly agreement?: string;
  /** Pays the gas of disputes and claims; needs coins, and no rights. May be the same key. */
  readonly gas?: string;
}

/** What disputes and claims may cost. */
export interface GasOptions {
  /** Never more, in wei per gas. */
  readonly maxFeePerGas?: bigint;
  /** What one coin of the chain (10¹⁸ wei) is worth in the token's smallest unit; without it all is worth its gas. */
  readonly tokensPerCoin?: bigint;
  /** A gain has to be so many times the cost of its gas; 2 unless given. */
  readonly multiple?: number;
  /** Milliseconds until a transaction that is not mined is replaced; 50,000 (31337: 2,000) unless given. */
  readonly resendMs?: number;
}

/** Paying the gas of senders' deposits. */
export interface SponsorOptions {
  /** Wei for a day, all senders together. */
  readonly budget: bigint;
  /** Wei for one transaction; a twentieth of the budget unless given. */
  readonly maxCost?: bigint;
  /** The least that has to be left of a deposit when the fee is off, above 0, in the token's smallest unit. */
  readonly minDeposit: bigint;
  /** What a sender is charged for it with its first proof, in the token's smallest unit; 0 unless given. */
  readonly fee?: bigint;
}

/** How `startReceiver` runs a receiver. Only rpc, contract and token have to be given, and a receiver or a key. */
export interface ReceiverOptions {
  /** One or more nodes of the chain: http:, https:, ws: or wss:, the preferred one first. */
  readonly rpc: string | readonly string[];
  /** For one call at one node, in milliseconds; 10,000 unless given. */
  readonly rpcTimeoutMs?: number;
  /** Refuses to start on any other chain. */
  readonly chainId?: bigint | number;
  /** The `ChannelManager`. */
  readonly contract: string;
  /** The ERC-20 in which prices are. */
  readonly token: string;
  /** Of the token, where prices were made of tokens: another number on the chain is refused. */
  readonly decimals?: number;
  /** Who is paid; the agreement key's address unless given, or a cold wallet. */
  readonly receiver?: string;
  readonly keys?: ReceiverKeys;
  /** Path of the SQLite file, or `postgres://…`; `rmps-receiver.sqlite` unless given. */
  readonly store?: string;
  /** The store is a restored old copy. */
  readonly recover?: boolean;
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** 5000 unless given; 0 for any that is free. */
  readonly port?: number;
  /** What is sold. */
  readonly routes?: Routes;
  /** 0 on chain 31337, else 12 unless given. */
  readonly confirmations?: Confirmations;
  /** Bounds of the challenge periods that are taken, and what is asked for, in seconds. */
  readonly challengePeriod?: { readonly min?: number; readonly max?: number; readonly offered?: number };
  /** Smallest deposit that is taken, in the token's smallest unit; 0 unless given. */
  readonly minDeposit?: bigint;
  /** Block of the manager's deployment; searched for unless given. */
  readonly deploymentBlock?: number;
  /** Between two looks at the chain, in milliseconds; 200 on chain 31337, else 4000 unless given. */
  readonly pollMs?: number;
  readonly claims?: ClaimPolicy;
  readonly gas?: GasOptions;
  /** Undefined: every sender pays its own gas. Needs a gas key. */
  readonly sponsor?: SponsorOptions;
  /** For how long a closing agreement is good, in seconds; an hour unless given. */
  readonly agreementLifetime?: number;
  /** Opens the operator's part of the API; without it nobody gets in. */
  readonly apiToken?: string;
  /** Origins whose pages may pay and read the answers; `*` for all. */
  readonly cors?: readonly string[];
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** The origin that clients know, such as `https://shop.example`, where a proxy stands in front. */
  readonly origin?: string;
  /** Where clients are told to find the API, in front of `/channels`; `/api/1` unless given. */
  readonly gatewayPath?: string;
  /** What proxies may ask about at `/_rmps/auth`, where the paywall stands before a server that knows nothing of it. */
  readonly forwardAuth?: ForwardAuthRoutes;
  /** The page for people who have not paid; `false` for a plain one without JavaScript. */
  readonly web?: false | WebOptions;
  /** Limits of what may come in; defaults that suit a small machine unless given. */
  readonly door?: DoorOptions;
  /** A pino logger, or its level; `info` unless given. */
  readonly log?: Logger | "silent" | "error" | "warn" | "info" | "debug";
  /** Unix milliseconds; the system's clock unless given. */
  readonly now?: () => number;
}

/** The manager, the parties and the token of a running receiver, all checked. */
export interface ReceiverIdentity {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly token: Address;
  readonly receiver: Address;
  /** The zero address: the receiver itself. */
  readonly receiverSigner: Address;
}
