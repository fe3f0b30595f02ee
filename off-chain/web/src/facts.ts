import { parseAddress, parseAmount, type Address } from "@rmps/proofs";

/** On what terms the seller pays the network's fee of deposits. Amounts in the token's smallest unit. */
export interface Sponsoring {
  /** The least that it does so for, its own fee included. */
  readonly minDeposit: bigint;
  /** What it takes for it, out of the deposit. */
  readonly fee: bigint;
}

/** What the receiver says about the request that is to be paid; its own offer in the answer's headers is what counts. */
export interface Facts {
  readonly chainId: bigint;
  /** The `ChannelManager`, and the block from which its logs are read. */
  readonly contract: Address;
  readonly block: number;
  readonly token: Address;
  readonly symbol: string;
  /** Of the token; 0 where it does not say. */
  readonly decimals: number;
  readonly receiver: Address;
  readonly receiverSigner: Address;
  /** Seconds. */
  readonly challengePeriod: number;
  /** In the token's smallest unit. */
  readonly suggestedDeposit: bigint;
  readonly price: bigint;
  /** What is sold, for people. */
  readonly title: string;
  /** Whether a page of another site led here: then it is asked before anything is paid. */
  readonly crossSite: boolean;
  /** Path of the receiver's API at this origin. */
  readonly gatewayPath: string;
  /** Undefined: everybody pays for their own deposits. */
  readonly sponsoring: Sponsoring | undefined;
  /** RPC of a development chain, where a demo wallet has demo money; undefined elsewhere. */
  readonly demoRpc: string | undefined;
  /** URL of the document that the sandbox for paid HTML begins with. */
  readonly frame: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads the facts that the receiver wrote into the page. @throws TypeError, ParseError where they are not whole. */
export function parseFacts(text: string): Facts {
  const json = JSON.parse(text) as Json;
  return {
    chainId: parseAmount(string(json, "chainId")),
    contract: parseAddress(string(json, "contract")),
    block: natural(json, "block"),
    token: parseAddress(string(json, "token")),
    symbol: string(json, "symbol"),
    decimals: natural(json, "decimals"),
    receiver: parseAddress(string(json, "receiver")),
    receiverSigner: parseAddress(string(json, "receiverSigner")),
    challengePeriod: natural(json, "challengePeriod"),
    suggestedDeposit: parseAmount(string(json, "suggestedDeposit")),
    price: parseAmount(string(json, "price")),
    title: string(json, "title"),
    crossSite: json["crossSite"] !== false,
    gatewayPath: string(json, "gatewayPath"),
    sponsoring: json["sponsoring"] === undefined ? undefined : sponsoringIn(json["sponsoring"] as Json),
    demoRpc: json["demoRpc"] === undefined ? undefined : string(json, "demoRpc"),
    frame: string(json, "frame"),
  };
}

function sponsoringIn(json: Json): Sponsoring {
  return { minDeposit: parseAmount(string(json, "min_deposit")), fee: parseAmount(string(json, "fee")) };
}

function string(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== "string") throw new TypeError(`the page lacks ${name}`);
  return value;
}

function natural(json: Json, name: string): number {
  const value = json[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new TypeError(`the page lacks ${name}`);
  }
  return value;
}
