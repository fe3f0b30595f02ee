/** The parts of the rivals' packages that the bench uses, so that it type-checks where they are not installed. */

declare module "@x402/core/server" {
  export interface FacilitatorClient {
    verify(): Promise<never>;
    settle(): Promise<never>;
    getSupported(): Promise<{
      kinds: { x402Version: number; scheme: string; network: string; extra: Record<string, unknown> }[];
      extensions: string[];
      signers: Record<string, string[]>;
    }>;
  }
}

declare module "@x402/evm" {
  type Hex = `0x${string}`;
  export const BATCH_SETTLEMENT_ADDRESS: Hex;
  export const BATCH_SETTLEMENT_DOMAIN: { readonly name: string; readonly version: string };
  export const voucherTypes: { readonly Voucher: readonly { readonly name: string; readonly type: string }[] };
  export interface ClientEvmSigner {
    readonly address: Hex;
  }
  export function toClientEvmSigner(account: { readonly address: Hex }): ClientEvmSigner;
}

declare module "@x402/evm/batch-settlement/client" {
  import type { ClientEvmSigner } from "@x402/evm";
  type Hex = `0x${string}`;
  export interface ChannelConfig {
    payer: Hex;
    payerAuthorizer: Hex;
    receiver: Hex;
    receiverAuthorizer: Hex;
    token: Hex;
    withdrawDelay: number;
    salt: Hex;
  }
  export function computeChannelId(config: ChannelConfig, network: string): Hex;
  export class InMemoryClientChannelStorage {
    set(id: string, state: Record<string, string>): Promise<void>;
  }
  export class BatchSettlementEvmScheme {
    constructor(signer: ClientEvmSigner, options: { storage: InMemoryClientChannelStorage });
  }
}

declare module "@x402/evm/batch-settlement/server" {
  import type { ChannelConfig } from "@x402/evm/batch-settlement/client";
  export interface Channel {
    channelId: string;
    channelConfig: ChannelConfig;
    chargedCumulativeAmount: string;
    signedMaxClaimable: string;
    signature: string;
    balance: string;
    totalClaimed: string;
    withdrawRequestedAt: number;
    refundNonce: number;
    onchainSyncedAt?: number;
    lastRequestTimestamp: number;
  }
  export class InMemoryChannelStorage {
    updateChannel(id: string, update: (current: Channel | undefined) => Channel | undefined): Promise<unknown>;
  }
  export class BatchSettlementEvmScheme {
    constructor(receiver: string, options: { storage: InMemoryChannelStorage; onchainStateTtlMs: number });
    readonly schemeHooks: {
      onBeforeVerify(context: object): Promise<{ skip?: boolean; result?: { isValid: boolean } } | undefined>;
    };
  }
}

declare module "@x402/express" {
  import type { RequestHandler } from "express";
  import type { FacilitatorClient } from "@x402/core/server";
  export class x402ResourceServer {
    constructor(facilitator: FacilitatorClient);
    register(network: string, scheme: object): this;
  }
  export function paymentMiddleware(routes: Record<string, object>, server: x402ResourceServer): RequestHandler;
}

declare module "@x402/hono" {
  import type { MiddlewareHandler } from "hono";
  import type { FacilitatorClient } from "@x402/core/server";
  export class x402ResourceServer {
    constructor(facilitator: FacilitatorClient);
    register(network: string, scheme: object): this;
  }
  export function paymentMiddleware(routes: Record<string, object>, server: x402ResourceServer): MiddlewareHandler;
}

declare module "@x402/fetch" {
  export class x402Client {
    register(network: string, scheme: object): this;
  }
  export function wrapFetchWithPayment(
    fetch: typeof globalThis.fetch,
    client: x402Client,
  ): (input: string) => Promise<Response>;
}

declare module "mppx/client" {
  export interface SessionMethod {
    readonly intent: "session";
  }
  export const tempo: { session(options: object): SessionMethod };
  export function createChannelStore(): { set(entry: object): Promise<void> | void };
  export const Mppx: {
    create(options: { methods: SessionMethod[]; fetch: typeof globalThis.fetch; polyfill: boolean }): {
      fetch(this: void, input: string): Promise<Response>;
    };
  };
}

declare module "mppx" {
  export interface Challenge {
    readonly id: string;
  }
  export const Challenge: { deserialize(header: string): Challenge };
  export const Credential: { serialize(credential: { challenge: Challenge; payload: object; source: string }): string };
}

declare module "mppx/server" {
  export interface Store {
    put(key: string, value: unknown): Promise<void>;
  }
  export const Store: { memory(): Store };
  export const tempo: {
    session(options: object): {
      validate(parameters: object): Promise<unknown>;
      broadcast(parameters: object): Promise<unknown>;
    };
  };
}

declare module "mppx/hono" {
  import type { MiddlewareHandler } from "hono";
  export interface SessionMethod {
    readonly intent: "session";
  }
  export const tempo: { session(options: object): SessionMethod };
  export const Mppx: {
    create(options: { methods: SessionMethod[]; realm: string; secretKey: string }): {
      session(options: { amount: string }): MiddlewareHandler;
    };
  };
}

declare module "mppx/tempo" {
  type Hex = `0x${string}`;
  export const Session: {
    Precompile: {
      Constants: { tip20ChannelEscrow: Hex };
      Channel: { computeId(descriptor: object): Hex };
      Voucher: {
        getVoucherDomain(
          escrow: Hex,
          chainId: number,
        ): { name: string; version: string; chainId: number; verifyingContract: Hex };
        voucherTypes: { readonly Voucher: readonly { readonly name: string; readonly type: string }[] };
        verifyVoucher(
          escrow: Hex,
          chainId: number,
          voucher: { channelId: Hex; cumulativeAmount: bigint; signature: Hex },
          signer: Hex,
        ): boolean;
      };
    };
  };
}
