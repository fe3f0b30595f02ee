import { parseAddress, ZERO_ADDRESS } from "@rmps/proofs";
import type { Offer } from "@rmps/wire";
import type { ChannelRecord } from "../../book/record.ts";
import type { Sponsor } from "../../channel/sponsor/deposit.ts";
import { SenderError } from "../../errors.ts";
import { readOffer } from "../../http/dialect.ts";
import { offerChecker } from "../../paying-fetch/offer-check.ts";
import type { Context } from "../context.ts";
import { parseTokens, show, type Token } from "../money.ts";
import { checkedUrl } from "../url.ts";
import { pick } from "./pick.ts";

/** Who pays the gas. */
export interface SponsorOptions {
  sponsored?: boolean;
  maxFee?: string;
}

/** Options of `rmps open`. */
export interface OpenOptions extends SponsorOptions {
  deposit: string;
  receiver?: string;
  receiverSigner?: string;
  challengePeriod?: string;
}

/** What the server at a URL offers, checked against the default limits. */
async function offerAt(address: string, context: Context): Promise<Offer> {
  const response = await fetch(checkedUrl(address), { redirect: "manual" });
  void response.body?.cancel();
  const offer = response.status === 402 ? readOffer(response.headers) : undefined;
  if (offer === undefined) {
    const remedy = "Name the URL of something that is sold, or the receiver: --receiver.";
    throw new SenderError("refused", `${address} offers nothing (HTTP ${response.status})`, remedy);
  }
  const { token } = context.options;
  await offerChecker(token === undefined ? {} : { token }, await context.channels(), await context.managers())(offer);
  return offer;
}

async function named(options: OpenOptions, context: Context): Promise<Offer> {
  if (options.receiver === undefined) {
    throw new SenderError("configuration", "no receiver", "Name a URL that is sold, or --receiver ADDRESS.");
  }
  const { chainId } = await context.chain();
  return {
    price: 0n,
    manager: { chainId, contract: (await context.manager()).contract },
    token: (await context.token()).address,
    receiver: parseAddress(options.receiver),
    receiverSigner: parseAddress(options.receiverSigner ?? ZERO_ADDRESS),
    challengePeriod: Number(options.challengePeriod ?? 86_400),
  };
}

function positive(amount: bigint, option: string): bigint {
  if (amount > 0n) return amount;
  throw new SenderError("configuration", `${option}: nothing`, "Deposit more than 0.");
}

/** `rmps open`: a new channel, on the terms that a server offers or that are named. */
export async function open(address: string | undefined, options: OpenOptions, context: Context): Promise<void> {
  const channels = await context.channels();
  const offer = address === undefined ? await named(options, context) : await offerAt(address, context);
  const token = await context.tokenAt(offer.token);
  const amount = positive(parseTokens(options.deposit, token, "--deposit"), "--deposit");
  const origin = address === undefined ? undefined : new URL(address).origin;
  const sponsor = sponsorOf(options, { origin, gatewayPath: offer.gatewayPath }, token);
  const record = await channels.open(offer.manager, offer, amount, sponsor);
  if (origin !== undefined) {
    await channels.book.change(record, (current) => {
      current.origin = origin;
      current.gatewayPath = offer.gatewayPath;
    });
  }
  report("opened", record, token, context);
}

/** `rmps topup`: adds to the deposit of an open channel. */
export async function topUp(channel: string, amount: string, options: SponsorOptions, context: Context): Promise<void> {
  const channels = await context.channels();
  const record = await pick(channel, context);
  const token = await context.tokenAt(record.terms.token);
  const sponsor = sponsorOf(options, record, token);
  const after = await channels.topUp(record, positive(parseTokens(amount, token, "<amount>"), "<amount>"), sponsor);
  report("topped up", after, token, context);
}

/** The receiver at an origin, where it is to pay the gas. */
function sponsorOf(
  { sponsored = false, maxFee }: SponsorOptions,
  { origin, gatewayPath }: Pick<ChannelRecord, "origin" | "gatewayPath">,
  token: Token,
): Sponsor | undefined {
  if (!sponsored) return undefined;
  if (origin === undefined) {
    const remedy = "Name a URL that is sold there, or deposit with your own gas.";
    throw new SenderError("configuration", "--sponsored: the receiver's address is not known", remedy);
  }
  const fee = maxFee === undefined ? 0n : parseTokens(maxFee, token, "--max-fee");
  return { when: "always", origin, gatewayPath, maxFee: fee };
}

function report(done: string, { id, deposit }: ChannelRecord, token: Token, { output }: Context): void {
  output.result({ channel: id, deposit, token: token.address }, `${done} ${id}, deposit ${show(deposit, token)}`);
}
