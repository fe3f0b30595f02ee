import type { Offer } from "@rmps/wire";
import { authorizedStill } from "../book/fees.ts";
import { spentOf, type ChannelRecord } from "../book/record.ts";
import type { Channels } from "../channel/channels.ts";
import { balanceOf } from "../channel/deposit.ts";
import type { Sponsor } from "../channel/sponsor/deposit.ts";
import { SenderError } from "../errors.ts";
import type { SenderEvent } from "./events.ts";
import { depositFor, type ResolvedLimits } from "./limits.ts";

/** What deposits are made with. */
export interface DepositsOptions {
  channels: Channels;
  sponsored: "never" | Sponsor["when"];
  report: (event: SenderEvent) => void;
}

/** Deposits that nobody was asked for: as large as is offered, and within the limits. */
export class Deposits {
  readonly #options: DepositsOptions;

  constructor(options: DepositsOptions) {
    this.#options = options;
  }

  /** Opens a channel with whoever makes an offer. @param origin of it. */
  async open(offer: Offer, limits: ResolvedLimits, origin: string | undefined): Promise<ChannelRecord> {
    const { channels, report } = this.#options;
    const channel = await this.#deposit(offer, offer.price, undefined, limits, (amount, most) =>
      channels.open(offer.manager, offer, amount, this.#sponsor(offer, limits, origin, most)),
    );
    if (channel.status !== "open") {
      throw new SenderError("channel", `the new channel ${channel.id} is ${channel.status}`, "Try again.");
    }
    report({ kind: "opened", channel, amount: channel.deposit });
    return channel;
  }

  /** Makes the deposit of a channel cover a balance. */
  async cover(channel: ChannelRecord, offer: Offer, needed: bigint, limits: ResolvedLimits): Promise<void> {
    const { channels, report } = this.#options;
    await channels.transactions.awaitDeposit(channel);
    const now = await channels.refresh(channel);
    if (now.deposit >= needed || now.status === "closing" || now.status === "closed") return;
    const missing = needed - now.deposit;
    const after = await this.#deposit(offer, missing, now, limits, (amount, most) =>
      channels.topUp(now, amount, this.#sponsor(offer, limits, now.origin, most)),
    );
    report({ kind: "topped-up", channel: after, amount: after.deposit - now.deposit });
  }

  /**
   * Makes one deposit at a time in a token, also among the processes that share the book: all that lies in channels is
   * limited, whoever opened them.
   * @param channel that is topped up; undefined: a new one.
   * @param make    is told how much to deposit, and how much at most.
   */
  async #deposit<T>(
    offer: Offer,
    missing: bigint,
    channel: ChannelRecord | undefined,
    limits: ResolvedLimits,
    make: (amount: bigint, most: bigint) => Promise<T>,
  ): Promise<T> {
    const { channels } = this.#options;
    const name = `deposits:${offer.manager.chainId}:${channels.wallet.address}:${offer.token}`;
    return channels.book.store.exclusive(name, async () => {
      await channels.transactions.settle(offer.manager.chainId); // what an earlier process sent, or one that gave up, counts
      const now = channel && (await channels.refresh(channel));
      const here = now === undefined ? 0n : now.deposit - spentOf(now);
      const locked = await this.#locked(offer);
      const { amount, most } = depositFor(offer, missing, { here, elsewhere: locked - here }, limits);
      return make(await this.#affordable(offer, missing, amount), most);
    });
  }

  /**
   * What lies unspent in all channels of the account, in the token of an offer, as the chain is now: also in those that
   * are being closed, for it is not back yet, what is offered for requests under way, for they may be refused, and what
   * a receiver may still deposit that was asked to.
   */
  async #locked({ manager, token }: Offer): Promise<bigint> {
    const { channels } = this.#options;
    const isMeant = ({ chainId, terms, status }: ChannelRecord) =>
      chainId === manager.chainId && terms.token === token && status !== "closed";
    const records = (await channels.list()).filter(isMeant);
    const now = await Promise.all(records.map((record) => channels.refresh(record)));
    return now.filter(isMeant).reduce((total, record) => {
      const { deposit, charged, unknown } = record;
      const left = deposit - charged - unknown;
      return total + (left > 0n ? left : 0n) + authorizedStill(record);
    }, 0n);
  }

  /** Who may pay the gas of a deposit of at most `maxDeposit`. */
  #sponsor(
    { gatewayPath }: Offer,
    { maxSponsorFee: maxFee }: ResolvedLimits,
    origin: string | undefined,
    maxDeposit: bigint,
  ): Sponsor | undefined {
    const { sponsored: when } = this.#options;
    return when === "never" || origin === undefined ? undefined : { when, origin, gatewayPath, maxFee, maxDeposit };
  }

  /** What the wallet holds, where that is less than what is wanted and still enough. */
  async #affordable(offer: Offer, least: bigint, wanted: bigint): Promise<bigint> {
    const { channels } = this.#options;
    const chain = await channels.chains.get(offer.manager.chainId);
    const held = await balanceOf(chain, offer.token, channels.wallet.address);
    return held < wanted && held >= least ? held : wanted;
  }
}
