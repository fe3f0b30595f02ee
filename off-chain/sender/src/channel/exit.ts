import { receiverSide, senderSide, verifyClosingAgreementOnChain, type Address, type CloseRequest } from "@rmps/proofs";
import type { Book, ChannelName } from "../book/book.ts";
import { CLOSED } from "../book/moves.ts";
import type { ChannelRecord, Ending } from "../book/record.ts";
import { SenderError } from "../errors.ts";
import { askForAgreement, type AgreementAnswer } from "./agreement.ts";
import { factsOf, timeOf, type Chain } from "./chain.ts";
import { AGREEMENT_MARGIN, conclude, stopPaying } from "./conclude.ts";
import { GATEWAY_PATH, type ReceiverDesk } from "./receiver-api.ts";
import { refreshChannel } from "./refresh.ts";
import { MANAGER } from "./managers.ts";
import { TransactionStuck } from "./transactions/look.ts";
import type { Wallet } from "./wallet.ts";

/** Why an agreement was not submitted by an account that has no coins. */
const NO_GAS = "the account lacks gas money; the receiver closes by itself once its agreement has expired";

/** How a channel ended, or when it will. */
export interface Exit {
  channel: ChannelRecord;
  /** `closed`: over, the rest is back. `closing`: the challenge period runs. */
  kind: "closed" | "closing";
  /** Who agreed: `agreement` of the receiver, or nobody (`challenge`). */
  by: "agreement" | "challenge";
  /** Total that the receiver has been paid so far, in the token's smallest unit. */
  settled: bigint;
  /** Unix time from which `finalize` brings the rest back; 0 where it is closed, or the receiver closes it. */
  closesAt: bigint;
  /** Why there is no agreement; undefined where there is one. */
  reason: string | undefined;
}

/** What ending a channel takes. */
export interface ExitContext {
  book: Book;
  chain: Chain;
  wallet: Wallet;
  fetch: typeof fetch;
  allowInsecure: boolean;
  /** Sends one transaction of the wallet's at a time, to the manager. */
  transact: (doing: string, manager: Address, data: string) => Promise<unknown>;
}

/**
 * Ends a channel: with the receiver's agreement at once, without it by starting the challenge period. What it left
 * undone, because the process ended, another call takes up.
 * @throws SenderError `channel` where there is no such channel on chain, and `chain`.
 */
export async function exitChannel(name: ChannelName, context: ExitContext): Promise<Exit> {
  const { record, facts } = await refreshChannel(context, name);
  if (facts.deposit === 0n) {
    throw new SenderError("channel", `channel ${record.id} is not on chain`, "There is nothing in it to get back.");
  }
  if (facts.closesAt !== 0n) return report(record, context, undefined, "challenge");

  // Without the session key the account still has its rights: it concedes by a transaction, and asks nobody.
  if (record.terms.sender === context.wallet.address && context.wallet.keyOf(senderSide(record.terms)) === undefined) {
    const amount = await stopPaying(record, facts.settled, context);
    return challenge(record, { amount }, context, "the key that signs for the channel is not at hand");
  }
  const ending = await conclude(record, facts.settled, context);
  const { reason, agreement } = await agree(record, ending, context);
  if (agreement !== undefined) {
    const failed = await submit(record, context, agreement);
    if (failed === undefined || failed === NO_GAS) return report(record, context, failed, "agreement");
    return challenge(record, ending, context, failed);
  }
  return challenge(record, ending, context, reason ?? "the receiver does not agree");
}

type Agreement = Extract<AgreementAnswer, { kind: "agreed" }>;

/** Asks for the agreement, and believes only one that the contract will take. */
async function agree(
  record: ChannelRecord,
  ending: Ending,
  { chain, fetch, allowInsecure }: ExitContext,
): Promise<{ agreement?: Agreement; reason?: string }> {
  const { origin, gatewayPath = GATEWAY_PATH, terms, chainId, contract, id } = record;
  if (origin === undefined) return { reason: "the receiver's address is not known" };
  const { amount, deadline, signature } = ending;
  const desk: ReceiverDesk = { origin, gatewayPath, fetch, allowInsecure };
  const request: CloseRequest = { chainId, contract, channelId: id, amount, deadline };
  const answer = await askForAgreement(desk, terms, request, signature);
  if (answer.kind !== "agreed") return { reason: `${answer.kind}: ${answer.reason}` };
  if (answer.amount !== amount) return { reason: `the receiver agrees to ${answer.amount}, not to ${amount}` };
  if (answer.deadline < (await timeOf(chain)) + AGREEMENT_MARGIN) return { reason: "its agreement expires at once" };
  const signed = { ...request, deadline: answer.deadline };
  const valid = await verifyClosingAgreementOnChain(signed, answer.signature, receiverSide(terms), chain.provider);
  return valid ? { agreement: answer } : { reason: "its agreement is not signed by the receiver's key" };
}

/** @returns why it failed, or undefined. */
async function submit(record: ChannelRecord, context: ExitContext, agreement: Agreement): Promise<string | undefined> {
  const { chain } = context;
  const { amount, deadline, signature } = agreement;
  try {
    const call = MANAGER.encodeFunctionData("close", [record.terms, amount, 0n, "0x", deadline, signature]);
    await context.transact("closing", record.contract, call);
    return undefined;
  } catch (error) {
    const { closesAt } = await factsOf(chain, record.contract, record.id);
    if (closesAt === CLOSED) return undefined; // somebody else was faster
    const code = error instanceof SenderError ? error.code : undefined;
    if (code === "insufficient-funds") return NO_GAS;
    // A second transaction is not wanted either, or would wait behind the first.
    if (code === "rejected" || error instanceof TransactionStuck) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

async function challenge(
  record: ChannelRecord,
  { amount }: Pick<Ending, "amount">,
  context: ExitContext,
  reason: string,
): Promise<Exit> {
  const { chain } = context;
  try {
    const call = MANAGER.encodeFunctionData("requestClose", [record.terms, amount, 0n, "0x"]);
    await context.transact("asking to close", record.contract, call);
  } catch (error) {
    const { closesAt } = await factsOf(chain, record.contract, record.id);
    if (closesAt === 0n) throw error;
  }
  return report(record, context, reason, "challenge");
}

/** Takes over what the chain says now. */
async function report(
  record: ChannelRecord,
  context: ExitContext,
  reason: string | undefined,
  by: Exit["by"],
): Promise<Exit> {
  const { record: channel, facts } = await refreshChannel(context, record);
  const kind = facts.closesAt === CLOSED ? "closed" : "closing";
  return { channel, kind, by, settled: facts.settled, closesAt: kind === "closed" ? 0n : facts.closesAt, reason };
}

/**
 * Brings back what is left of a channel whose challenge period is over.
 * @returns undefined where it is not yet due; what became of it otherwise (also if somebody else finalized it).
 * @throws SenderError `channel` where nobody asked to close it.
 */
export async function finalizeChannel(record: ChannelRecord, context: ExitContext): Promise<Exit | undefined> {
  const { chain } = context;
  const { closesAt } = await factsOf(chain, record.contract, record.id);
  if (closesAt === CLOSED) return report(record, context, undefined, "challenge");
  if (closesAt === 0n) {
    throw new SenderError("channel", `channel ${record.id} is not closing`, "Close it first: rmps close.");
  }
  if ((await timeOf(chain)) < closesAt) return undefined;
  try {
    await context.transact("finalizing", record.contract, MANAGER.encodeFunctionData("finalize", [record.terms]));
  } catch (error) {
    const facts = await factsOf(chain, record.contract, record.id);
    if (facts.closesAt !== CLOSED) throw error;
  }
  return report(record, context, undefined, "challenge");
}
