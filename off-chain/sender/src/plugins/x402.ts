import { deploymentOf } from "@rmps/contracts/deployments";
import { parseAddress, parseAmount, parseHash, ParseError } from "@rmps/proofs";
import { proofPayload, readRequirements, X402_SCHEME, type JsonObject } from "@rmps/wire";
import type { Exit } from "../channel/exit.ts";
import type { SessionOptions } from "../paying-fetch/options.ts";
import { closeAll } from "../paying-fetch/session.ts";
import { Teller, ticketKey, type Ticket } from "./teller.ts";

/** How the scheme pays. */
export interface X402Options extends SessionOptions {
  /** Decimal places of the tokens, for the client's own cap of one dollar a payment; 18 by default. */
  decimals?: number;
}

/** What the client tells of a paid request. */
interface PaymentResponse {
  paymentPayload: { payload: Record<string, unknown>; resource?: { url?: unknown } };
  settleResponse?: object;
  paymentRequired?: { accepts: readonly object[] };
}

/** A scheme for the stock x402 client, version 2: `client.register("eip155:*", rmpsScheme({ wallet }))`. */
export interface RmpsScheme {
  readonly scheme: typeof X402_SCHEME;
  /** Names the tokens that may be paid in, so that the client's spend controls let them pass. */
  findDefaultAsset(asset: string, network: string): { asset: string; decimals: number; symbol: string } | undefined;
  createPaymentPayload(
    x402Version: number,
    requirements: object,
  ): Promise<{ x402Version: number; payload: Record<string, unknown> }>;
  readonly schemeHooks: { onPaymentResponse(response: PaymentResponse): Promise<void | { recovered: true }> };
  /** Ends the channels of the wallet; see `PayingFetch.close`. */
  close(): Promise<Exit[]>;
}

/**
 * Pays through channels where a 402 offers the scheme `rmps-channel`. The client sends the requests; it asks for one
 * proof each, and once more where the first was refused.
 */
export function rmpsScheme(options: X402Options): RmpsScheme {
  const teller = new Teller(options, { decimals: true });
  const tickets = new Map<string, Ticket>();

  function ticketOf({ paymentPayload }: PaymentResponse): Ticket | undefined {
    const { channelId, balance } = paymentPayload.payload;
    if (typeof channelId !== "string" || typeof balance !== "string") return undefined;
    const key = ticketKey({ channelId: parseHash(channelId), balance: parseAmount(balance) });
    const ticket = tickets.get(key);
    tickets.delete(key);
    return ticket;
  }

  return {
    scheme: X402_SCHEME,

    findDefaultAsset(asset, network) {
      const { token: pinned } = options;
      const chainId = network.replace(/^eip155:/, "");
      const usual = /^\d+$/.test(chainId) ? deploymentOf(BigInt(chainId))?.callbackToken : undefined;
      const tokens = pinned === undefined ? [usual] : [pinned].flat().map(parseAddress);
      if (!tokens.some((token) => token === asset.toLowerCase())) return undefined;
      return { asset, decimals: options.decimals ?? 18, symbol: "MIC" };
    },

    async createPaymentPayload(x402Version, requirements) {
      const ticket = await teller.pay(readRequirements(requirements as JsonObject).offer);
      tickets.set(ticketKey(ticket), ticket);
      return { x402Version, payload: proofPayload(ticket) };
    },

    schemeHooks: {
      async onPaymentResponse(response) {
        const ticket = ticketOf(response);
        if (ticket === undefined) return undefined;
        const { settleResponse, paymentRequired, paymentPayload } = response;
        const url = paymentPayload.resource?.url;
        if (typeof url === "string") await teller.located(ticket, url);
        if (settleResponse !== undefined) return teller.served(ticket, chargedIn(settleResponse));
        if (paymentRequired === undefined) return teller.unknown(ticket);
        await teller.refused(ticket, viewIn(paymentRequired.accepts));
        return { recovered: true }; // the client asks for one more proof, and gives up after that
      },
    },

    close: async () => closeAll(await teller.session()),
  };
}

/** What a receipt says was charged; undefined where it does not say. */
function chargedIn(receipt: object): bigint | undefined {
  const { extra } = receipt as { extra?: { chargedAmount?: unknown } };
  const amount = extra?.chargedAmount;
  return typeof amount === "string" && /^\d{1,78}$/.test(amount) ? BigInt(amount) : undefined;
}

/** How our channel stands, from the first offer of ours that says so. */
function viewIn(accepts: readonly object[]) {
  for (const requirements of accepts) {
    try {
      const { channel } = readRequirements(requirements as JsonObject);
      if (channel !== undefined) return channel;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error; // an offer of another scheme
    }
  }
  return undefined;
}
