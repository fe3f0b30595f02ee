import { ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import type { ChainReady } from "../sync/chain.ts";
import { CHALLENGE_PERIOD, DEPOSIT, PRICE, payerKey } from "../world.ts";

/** A `fetch` that pays. */
export type Pay = (url: string) => Promise<Response>;

/** Builds a paying client over the `fetch` that is given. @param chain for ours: where it can look up its channels. */
export type Build = (fetch: typeof globalThis.fetch, chain: ChainReady & { readonly payer: Hex }) => Promise<Pay>;

/** Our sender, on a channel that it has opened on the embedded chain. */
const ours: Build = async (fetch, { rpc, contract, token, receiver, payer }) => {
  const { createPayingFetch } = await import("@rmps/sender");
  const pay = createPayingFetch({
    wallet: payer,
    rpc,
    managers: { 31337: contract },
    token,
    receiver,
    fetch,
    maxInFlight: 100,
    limits: { maxPrice: PRICE, maxDeposit: 2n * DEPOSIT, maxTotal: 2n * DEPOSIT },
  });
  // Opened beforehand, as the rivals' channels are: what is measured is paying.
  const counterparty = { receiver, receiverSigner: ZERO_ADDRESS, token, challengePeriod: CHALLENGE_PERIOD };
  await (await pay.channels).open({ chainId: 31337n, contract }, counterparty, DEPOSIT);
  return pay;
};

/** The stock x402 client, whose book says that its channel is open and funded. */
const x402: Build = async (fetch) => {
  const { BatchSettlementEvmScheme, InMemoryClientChannelStorage } = await import("@x402/evm/batch-settlement/client");
  const { toClientEvmSigner } = await import("@x402/evm");
  const { wrapFetchWithPayment, x402Client } = await import("@x402/fetch");
  const { privateKeyToAccount } = await import("viem/accounts");
  const { NETWORK, channelOf } = await import("../rivals/x402-channel.ts");
  const storage = new InMemoryClientChannelStorage();
  await storage.set(channelOf(0).id, { chargedCumulativeAmount: "0", balance: String(DEPOSIT), totalClaimed: "0" });
  const signer = toClientEvmSigner(privateKeyToAccount(payerKey(0)));
  const client = new x402Client().register(NETWORK, new BatchSettlementEvmScheme(signer, { storage }));
  return wrapFetchWithPayment(fetch, client);
};

/** The stock mppx client, whose book says that its channel is open and funded. */
const mppx: Build = async (fetch) => {
  const { Mppx, createChannelStore, tempo } = await import("mppx/client");
  const { privateKeyToAccount } = await import("viem/accounts");
  const { CHAIN_ID, ESCROW, channelOf } = await import("../rivals/mppx-channel.ts");
  const { chainClient } = await import("../rivals/mppx-state.ts");
  const channelStore = createChannelStore();
  const { descriptor, id } = channelOf(0);
  await channelStore.set({
    chainId: CHAIN_ID,
    channelId: id,
    cumulativeAmount: 0n,
    deposit: DEPOSIT,
    descriptor,
    escrow: ESCROW,
    opened: true,
  });
  const account = privateKeyToAccount(payerKey(0));
  const method = tempo.session({ account, channelStore, getClient: chainClient, maxDeposit: String(DEPOSIT) });
  return Mppx.create({ methods: [method], fetch, polyfill: false }).fetch;
};

/** The clients that are compared. */
export const clients = { ours, x402, mppx } as const;

/** The name of one of them. */
export type ClientName = keyof typeof clients;
