import type { Address, Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.ts";
import type { AgreementSigner } from "../../ledger/types.ts";
import type { Store } from "../../store/store.ts";
import type { ChannelRecord } from "../../store/channel.ts";
import type { QueuedTransaction } from "../../store/transactions.ts";
import { RpcError } from "../rpc/errors.ts";
import { Ages } from "./ages.ts";
import { closeCall, settleCall } from "./calls.ts";
import { allChannels, type ClosingChannels } from "./closing-channels.ts";
import { closeTransaction, overdueAgreements } from "./closing.ts";
import type { Situation } from "./fates.ts";
import { gasPrice } from "./fees.ts";
import type { GasWatch } from "./gas-watch.ts";
import type { Outbox } from "./outbox.ts";
import { batches, claims, disputes, settlementOf, type Batch, type ClaimPolicy, type Economics } from "./policy.ts";
import type { View } from "./view.ts";

/**
 * Disputes, and claims, under way at once: nodes keep a few dozen transactions of one account. Each has places of its
 * own: claims that are stuck leave those of disputes free.
 */
const MAX_UNDER_WAY = 16;

/** Seconds between two looks at what could be claimed. */
const CLAIMS_EVERY = 5;

/** The part of a challenge period after which a dispute that is not mined rings. */
const TIME_SHORT = 0.5;

export interface SettlerOptions {
  readonly store: Store;
  readonly contract: Address;
  readonly outbox: Outbox;
  readonly gas: GasWatch;
  readonly closing: ClosingChannels;
  readonly alarms: Alarms;
  readonly claims: ClaimPolicy;
  readonly economics: Omit<Economics, "gasPrice">;
  /** Of the account that pays for gas: where it is the receiver or its signer, it closes without an agreement. */
  readonly gasAddress: Address;
  readonly signer: AgreementSigner | undefined;
  readonly log: Logger;
}

/** Answers closes that concede too little, fetches what was earned, and ends what was agreed to end. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #ages: Ages;
  #claimsLookedAt: number | undefined;

  /** Transactions sent by this process, by purpose. */
  readonly sent = new Map<QueuedTransaction["purpose"], number>();

  constructor(options: SettlerOptions) {
    this.#options = options;
    this.#ages = new Ages(options.store.unsettled);
  }

  /** Forgets what another node may have changed: to be called while this one does not lead. */
  forget(): void {
    this.#ages.forget();
    this.#options.closing.forget();
  }

  /** One round, on the node that leads. @throws RpcUnavailable, StoreUnavailable: the next round tries again. */
  async round(view: View): Promise<void> {
    const { outbox, gas, store, closing } = this.#options;
    const market = await gas.look(view.block.baseFeePerGas, async () => (await store.totals()).open, outbox.outOfMoney);
    const { block: head, confirmed, read, time } = view;
    const situation = { market, time, head, confirmed, read };
    await outbox.tend(situation);
    const busy = this.#busy(await outbox.unfinished(), view.block.number);
    const free = ({ id }: ChannelRecord) => !busy.has(id);
    const requested = await closing.requested();
    this.#ringIfLate(requested, view.time);
    const economics = { ...this.#options.economics, gasPrice: gasPrice(market) };
    await this.#sendAll(batches(disputes(requested.filter(free)), economics), "dispute", situation);
    const agreed = (await closing.agreed()).filter(free);
    for (const channel of overdueAgreements(agreed, economics, view.time)) await this.close(channel, situation);
    await this.#claim(busy, economics, situation);
  }

  /** Settles one channel at the operator's word. @returns undefined where there is nothing to settle. */
  async settleNow(channel: ChannelRecord, situation: Situation): Promise<QueuedTransaction | undefined> {
    const settlement = settlementOf(channel);
    return settlement && this.#send([settlement], settlement.deadline === undefined ? "claim" : "dispute", situation);
  }

  /** Closes a channel that was agreed to end, at what was spent. @returns undefined where that is impossible. */
  async close(channel: ChannelRecord, situation: Situation): Promise<QueuedTransaction | undefined> {
    const { gasAddress, signer, store, outbox, contract } = this.#options;
    const terms = await closeTransaction(channel, { gasAddress, signer, time: situation.time });
    if (terms === undefined) return undefined;
    if (channel.proof !== undefined) await store.publish(channel.id, channel.proof.balance);
    const order = { purpose: "close", channels: [channel.id], to: contract, deadline: undefined } as const;
    return this.#try(() =>
      outbox.send({ ...order, data: closeCall(channel, terms.amount, terms.agreement) }, situation),
    );
  }

  /** Channels whose last transaction the facts in the store do not show yet. A deposit holds up no dispute. */
  #busy(rows: readonly QueuedTransaction[], head: number): Set<Hex> {
    const open = rows
      .filter(({ purpose }) => purpose !== "sponsor")
      .filter(({ state, minedBlock }) => state === "pending" || (minedBlock ?? Infinity) > head);
    return new Set(open.flatMap(({ channels }) => channels));
  }

  async #claim(busy: ReadonlySet<Hex>, economics: Economics, situation: Situation): Promise<void> {
    const { claims: policy } = this.#options;
    const { time } = situation;
    if (Object.values(policy).every((value) => value === undefined)) return;
    if (this.#claimsLookedAt !== undefined && time - this.#claimsLookedAt < CLAIMS_EVERY) return;
    this.#claimsLookedAt = time;
    const unsettled = await allChannels(this.#options.store, { status: "open", unsettled: true });
    const byTime = policy.age !== undefined || policy.every !== undefined;
    const since = byTime ? await this.#ages.note(unsettled, time) : new Map<Hex, number>();
    const free = unsettled.filter(({ id }) => !busy.has(id));
    const due = claims(free, policy, { since, now: time });
    await this.#sendAll(batches(due, economics), "claim", situation);
  }

  async #sendAll(all: readonly Batch[], purpose: "dispute" | "claim", situation: Situation): Promise<void> {
    const underWay = (await this.#options.outbox.unfinished()).filter(
      (row) => row.state === "pending" && row.purpose === purpose,
    );
    for (const batch of all.slice(0, Math.max(0, MAX_UNDER_WAY - underWay.length))) {
      await this.#send(batch, purpose, situation);
    }
  }

  async #send(
    batch: Batch,
    purpose: "dispute" | "claim",
    situation: Situation,
  ): Promise<QueuedTransaction | undefined> {
    const { store, outbox, contract, log } = this.#options;
    // A proof in calldata is public: it must buy nothing any more by the time that anyone can read it.
    await Promise.all(batch.map(({ channel }) => store.publish(channel.id, channel.proof?.balance ?? 0n)));
    const channels = batch.map(({ channel }) => channel.id);
    const gain = batch.reduce((sum, settlement) => sum + settlement.gain, 0n);
    const [{ deadline }] = batch;
    const sent = await this.#try(() =>
      outbox.send({ purpose, channels, to: contract, data: settleCall(batch), deadline }, situation),
    );
    if (sent !== undefined) log.info({ channels, gain: String(gain), nonce: sent.nonce }, `sent a ${purpose}`);
    return sent;
  }

  /** Undefined where the node says that it would revert: the facts have moved on, the next round sees them. */
  async #try(send: () => Promise<QueuedTransaction>): Promise<QueuedTransaction | undefined> {
    try {
      const row = await send();
      this.sent.set(row.purpose, (this.sent.get(row.purpose) ?? 0) + 1);
      return row;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      this.#options.log.warn({ err: error }, "not sent: it would revert");
      return undefined;
    }
  }

  #ringIfLate(closing: readonly ChannelRecord[], time: number): void {
    const late = disputes(closing).filter(({ channel, deadline = 0 }) => {
      return deadline - time < channel.terms.challengePeriod * TIME_SHORT;
    });
    const value = late.reduce((sum, { gain }) => sum + gain, 0n);
    const detail = `${late.length} disputes over ${value} in all are not mined, and half of their time is over.`;
    this.#options.alarms.set("time-short", late.length > 0, detail);
  }
}
