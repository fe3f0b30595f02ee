import type { Address, Hex } from "@rmps/proofs";
import type { Book } from "../../book/book.ts";
import { agreeTo } from "../../book/fees.ts";
import type { ChannelRecord } from "../../book/record.ts";
import { LimitExceededError, SenderError } from "../../errors.ts";
import { factsOf, nextLook, type Chain } from "../chain.ts";
import { chainError } from "../chain-error.ts";
import { balanceOf, checkHolds } from "../deposit.ts";
import { GATEWAY_PATH, type ReceiverDesk } from "../receiver-api.ts";
import type { Wallet } from "../wallet.ts";
import { askSponsor, notSponsored } from "./ask.ts";
import { authorize, usableMethod } from "./authorization.ts";
import { readSponsoring, type Sponsoring, type SponsorMethod } from "./offer.ts";

/** A receiver that may pay the gas of a deposit, and on what terms it is asked. */
export interface Sponsor {
  /** `if-needed`: only where the account lacks gas money. */
  when: "if-needed" | "always";
  /** The receiver's, such as `https://shop.example`. */
  origin: string;
  /** Path of its API, from its offer; `/api/1` where it named none. */
  gatewayPath?: string | undefined;
  /** What it offers; undefined: it is asked. */
  offer?: Sponsoring | undefined;
  /** The most that it may charge for it, in the token's smallest unit. */
  maxFee: bigint;
  /** Up to which amount a deposit is raised to cover the fee, and to be large enough; undefined: it stays as it is. */
  maxDeposit?: bigint | undefined;
  /** Told once the book knows what may be deposited, before the receiver does: what it makes of that may take long. */
  onAuthorized?: (() => void) | undefined;
}

/** What a sponsored deposit takes. */
export interface SponsoredContext {
  book: Book;
  chain: Chain;
  wallet: Wallet;
  fetch: typeof fetch;
  allowInsecure: boolean;
}

/** Gas of a deposit with its approval, rounded up: an account that cannot pay for it lacks gas money. */
const DEPOSIT_GAS = 150_000n;

/** Milliseconds for which a deposit may take to be mined. */
const PATIENCE = 10 * 60_000;

/** Looks that may show a transaction as mined and not yet its deposit: nodes lag behind each other. */
const LOOKS = 30;

/**
 * Has a deposit sent by the receiver, and waits until the chain shows it.
 * @returns false where it is to be sent with the account's own gas: it has some, or nobody offers to pay.
 * @throws LimitExceededError where the fee exceeds what is allowed, SenderError `refused`, `insufficient-funds`, `chain`.
 */
export async function depositSponsored(
  record: ChannelRecord,
  amount: bigint,
  sponsor: Sponsor,
  context: SponsoredContext,
): Promise<boolean> {
  const { chain, wallet, fetch, allowInsecure } = context;
  if (sponsor.when === "if-needed" && (await hasGasMoney(chain, wallet))) return false;
  const { origin, gatewayPath = GATEWAY_PATH } = sponsor;
  const desk: ReceiverDesk = { origin, gatewayPath, fetch, allowInsecure };
  const offer = sponsor.offer ?? (await readSponsoring(desk));
  if (offer === undefined) {
    if (sponsor.when === "if-needed") return false;
    throw notSponsored(`${origin} offers no sponsoring`);
  }
  const { token } = record.terms;
  if (offer.fee > sponsor.maxFee) throw new LimitExceededError("maxSponsorFee", offer.fee, sponsor.maxFee, { token });
  const wanted = amountFor(amount, offer, sponsor, token);
  const holds = await balanceOf(chain, token, wallet.address);
  const whole = holds < wanted && holds >= amount && holds >= offer.minDeposit ? holds : wanted;
  await checkHolds(chain, token, wallet.address, whole);
  const method = await usableMethod(offer.methods, { chain, terms: record.terms }, whole);
  if (method === undefined) {
    if (sponsor.when === "if-needed") return false;
    throw notSponsored("the token has no ERC-3009, and Permit2 is not approved for so much");
  }
  const { onAuthorized } = sponsor;
  await send(record, { desk, method, amount: whole, fee: offer.fee, onAuthorized }, context);
  return true;
}

/** Which receiver is to deposit how much, by what authorization, and the fee that it asks for it. */
interface Order extends Pick<Sponsor, "onAuthorized"> {
  desk: ReceiverDesk;
  method: SponsorMethod;
  amount: bigint;
  fee: bigint;
}

async function send(
  record: ChannelRecord,
  { desk, method, amount, fee, onAuthorized }: Order,
  { book, chain, wallet }: SponsoredContext,
): Promise<void> {
  const { contract, terms, id } = record;
  const held = (await factsOf(chain, contract, id)).deposit;
  const since = await heightOf(chain);
  const signer = wallet.connect(chain.provider);
  const { authorization, ...made } = await authorize(method, { chain, contract, terms, id, amount, held }, signer);
  // What was agreed to is in the book before the receiver knows of it, and counts if the deposit comes: also of one that
  // says that it does not send it.
  await book.change(record, (current) => agreeTo(current, { ...made, amount, fee, held, since }));
  onAuthorized?.();
  const answer = await askSponsor(desk, { terms, amount, fee, authorization });
  if (answer.kind === "refused") throw notSponsored(answer.reason);
  const transaction = answer.kind === "sent" ? answer.transaction : undefined;
  if (await arrived(chain, record, held, transaction)) return;
  const reason = answer.kind === "sent" ? "it is not mined" : answer.reason;
  const remedy = "It may still be: look in a while (rmps channels). Its authorization expires within the hour.";
  throw new SenderError("chain", `the sponsored deposit has not arrived: ${reason}`, remedy);
}

/**
 * Waits until a channel holds more than it `held`.
 * @param transaction undefined: nobody knows whether it was sent, and one look must do.
 */
async function arrived(
  chain: Chain,
  { contract, id }: ChannelRecord,
  held: bigint,
  transaction: Hex | undefined,
): Promise<boolean> {
  const end = Date.now() + PATIENCE;
  for (let mined = 0; ;) {
    if ((await factsOf(chain, contract, id)).deposit > held) return true;
    if (transaction === undefined || Date.now() > end) return false;
    const status = await statusOf(chain, transaction);
    if (status === 0) throw notSponsored(`its transaction ${transaction} reverted`);
    if (status !== undefined && ++mined === LOOKS)
      throw notSponsored(`its transaction ${transaction} deposits nothing`);
    await nextLook(chain);
  }
}

async function heightOf({ provider }: Chain): Promise<bigint> {
  try {
    return BigInt(await provider.getBlockNumber());
  } catch (error) {
    throw chainError(error, "reading the newest block");
  }
}

/** @returns undefined while it is not mined; 0: it reverted. */
async function statusOf({ provider }: Chain, transaction: Hex): Promise<number | undefined> {
  try {
    return (await provider.getTransactionReceipt(transaction))?.status ?? undefined;
  } catch (error) {
    throw chainError(error, "looking for the deposit");
  }
}

/** Whether an account has coins enough to deposit by itself. @throws SenderError `chain` */
export async function hasGasMoney({ provider }: Chain, { address }: Pick<Wallet, "address">): Promise<boolean> {
  try {
    const { maxFeePerGas, gasPrice } = await provider.getFeeData();
    return (await provider.getBalance(address)) >= DEPOSIT_GAS * (maxFeePerGas ?? gasPrice ?? 1n);
  } catch (error) {
    throw chainError(error, "reading the account's gas money");
  }
}

function amountFor(amount: bigint, { minDeposit, fee }: Sponsoring, { maxDeposit }: Sponsor, token: Address): bigint {
  if (maxDeposit === undefined) return amount;
  if (minDeposit > maxDeposit) throw new LimitExceededError("maxDeposit", minDeposit, maxDeposit, { token });
  const wanted = amount + fee < maxDeposit ? amount + fee : maxDeposit;
  return wanted > minDeposit ? wanted : minDeposit;
}
