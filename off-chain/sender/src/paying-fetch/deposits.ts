import type { Offer } from "@rmps/wire";
import { authorizedStill } from "../book/fees.ts";
import { spentOf, type ChannelRecord } from "../book/record.ts";
import type { Channels } from "../channel/channels.ts";
import { balanceOf } from "../channel/deposit.ts";
import { sideBySide } from "../channel/each.ts";
import { notSponsored } from "../channel/sponsor/ask.ts";
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

/** What holds where a sponsor makes a deposit. */
type Sponsoring = Pick<Sponsor, "maxDeposit" | "onAuthorized">;

/** Deposits that nobody was asked for: as large as is offered, and within the limits. */
export class Deposits {
  readonly #options: DepositsOptions;

  constructor(options: DepositsOptions) {
    this.#options = options;
  }

  /** Opens a channel with whoever makes an offer. @param origin of it. */
  async open(offer: Offer, limits: ResolvedLimits, origin: string | undefined): Promise<ChannelRecord> {
    const { channels, report } = this.#options;
    const sponsor = await this.#sponsor(offer, limits, origin);
    const channel = await this.#deposit(offer, offer.price, undefined, limits, (amount, sponsoring) =>
      channels.open(offer.manager, offer, amount, sponsor && { ...sponsor, ...sponsoring }),
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
    const sponsor = await this.#sponsor(offer, limits, now.origin);
    const after = await this.#deposit(offer, missing, now, limits, (amount, sponsoring) =>
      channels.topUp(now, amount, sponsor && { ...sponsor, ...sponsoring }),
    );
    report({ kind: "topped-up", channel: after, amount: after.deposit - now.deposit });
  }

  /**
   * Makes one deposit at a time in a token, also among the processes that share the book: all that lies in channels is
   * limited, whoever opened them. Others go on once a sponsor's is authorized: it counts from then on, and how long the
   * sponsor takes is its own affair.
   * @param channel that is topped up; undefined: a new one.
   * @param make    is told how much to deposit, and what holds where a sponsor does it.
   */
  async #deposit<T>(
    offer: Offer,
    missing: bigint,
    channel: ChannelRecord | undefined,
    limits: ResolvedLimits,
    make: (amount: bigint, sponsoring: Sponsoring) => Promise<T>,
  ): Promise<T> {
    const { channels } = this.#options;
    const name = `deposits:${offer.manager.chainId}:${channels.wallet.address}:${offer.token}`;
    const begun = await channels.book.store.exclusive(name, async () => {
      await channels.transactions.settle(offer.manager.chainId); // what an earlier process sent, or one that gave up, counts
      const now = channel && (await channels.refresh(channel));
      const here = now === undefined ? 0n : now.deposit - spentOf(now);
      const { unspent, promised } = await this.#locked(offer);
      const elsewhere = unspent + promised - here;
      const { amount, most: maxDeposit } = depositFor(offer, missing, { here, elsewhere }, limits);
      const affordable = await this.#affordable(offer, missing, amount, promised);
      return new Promise<{ done: Promise<T> }>((resolve) => {
        const done = make(affordable, { maxDeposit, onAuthorized: () => resolve({ done }) });
        void done.catch(() => undefined).then(() => resolve({ done }));
      });
    });
    return begun.done;
  }

  /**
   * What is locked up in all channels of the account, in the token of an offer, as the chain is now.
   * @returns `unspent`: what lies there, also in those that are being closed, for it is not back yet, and what is offered
   * for requests under way, for they may be refused; `promised`: what a receiver may still deposit that was asked to.
   */
  async #locked({ manager, token }: Offer): Promise<{ unspent: bigint; promised: bigint }> {
    const { channels } = this.#options;
    const isMeant = ({ chainId, terms, status }: ChannelRecord) =>
      chainId === manager.chainId && terms.token === token && status !== "closed";
    const records = (await channels.list()).filter(isMeant);
    const now = await sideBySide(records, (record) => channels.refresh(record));
    const locked = { unspent: 0n, promised: 0n };
    for (const record of now.filter(isMeant)) {
      const left = record.deposit - record.charged - record.unknown;
      if (left > 0n) locked.unspent += left;
      locked.promised += authorizedStill(record);
    }
    return locked;
  }

  /** Who may pay the gas of a deposit. It is asked before anybody waits for this deposit: it may take its time. */
  async #sponsor(
    { gatewayPath, manager }: Offer,
    { maxSponsorFee: maxFee }: ResolvedLimits,
    origin: string | undefined,
  ): Promise<Sponsor | undefined> {
    const { channels, sponsored: when } = this.#options;
    if (when === "never" || origin === undefined) return undefined;
    if (when === "if-needed" && (await channels.hasGasMoney(manager.chainId))) return undefined;
    const sponsor = { when, origin, gatewayPath, maxFee };
    const offer = await channels.sponsoringOf(sponsor);
    if (offer !== undefined) return { ...sponsor, offer };
    if (when === "always") throw notSponsored(`${origin} offers no sponsoring`);
    return undefined;
  }

  /**
   * What is wanted; less where the wallet does not hold so much, or not beside what is `promised`, and it is still enough.
   */
  async #affordable(offer: Offer, least: bigint, wanted: bigint, promised: bigint): Promise<bigint> {
    const { channels } = this.#options;
    const chain = await channels.chains.get(offer.manager.chainId);
    const held = await balanceOf(chain, offer.token, channels.wallet.address);
    const most = held - promised >= least ? held - promised : held; // a promise that cannot be kept as well has to wait
    return most < wanted && most >= least ? most : wanted;
  }
}
