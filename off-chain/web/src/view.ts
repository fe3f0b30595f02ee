import { spentOf, type ChannelRecord } from "@rmps/sender";
import { duration, format, toDecimal, type Currency } from "./amount.ts";
import { element, make, short } from "./dom.ts";
import type { Explanation } from "./explain.ts";
import type { Facts, Sponsoring } from "./facts.ts";

/** The parts of the page of which one at most asks for something. */
type Step = "connect" | "network" | "deposit" | "confirm";

/** A wallet as it is offered. */
export interface Offered {
  readonly name: string;
  readonly note: string | undefined;
  readonly icon: string | undefined;
  readonly choose: () => void;
}

/** The page, without what it decides. */
export class View {
  readonly #facts: Facts;
  readonly #currency: Currency;
  readonly #status = element("status", HTMLParagraphElement);
  #done = "";

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#currency = facts;
    element("demo-badge", HTMLSpanElement).hidden = facts.demoRpc === undefined;
  }

  /** Shows the one thing that is asked for; undefined: nothing. */
  step(shown: Step | undefined): void {
    for (const step of ["connect", "network", "deposit", "confirm"] as const) {
      element(step, HTMLElement).hidden = step !== shown;
    }
  }

  /** Says what goes on; nothing can be pressed meanwhile. */
  busy(doing: string | undefined): void {
    this.#status.textContent = doing ?? this.#done;
    if (doing !== undefined) this.#done = "";
    this.#status.classList.toggle("busy", doing !== undefined);
    for (const button of document.querySelectorAll("button")) button.disabled = doing !== undefined;
  }

  /** Says what was done, until something else goes on. */
  done(text: string): void {
    this.#done = text;
  }

  error(explanation: Explanation | undefined, retry?: () => void): void {
    element("error", HTMLDivElement).hidden = explanation === undefined;
    element("error-message", HTMLElement).textContent = explanation?.message ?? "";
    element("error-remedy", HTMLSpanElement).textContent = explanation?.remedy ?? "";
    const button = element("retry", HTMLButtonElement);
    button.hidden = retry === undefined;
    button.onclick = () => retry?.();
  }

  wallets(offered: readonly Offered[]): void {
    const items = offered.map(({ name, note, icon, choose }) => {
      const mark = icon === undefined ? make("span", { className: "blank" }, "◆") : make("img", { src: icon, alt: "" });
      if (icon === undefined) mark.ariaHidden = "true";
      const label = make("span", {}, name, ...(note === undefined ? [] : [make("small", {}, note)]));
      return make("li", {}, make("button", { type: "button", onclick: choose }, mark, label));
    });
    element("wallets", HTMLUListElement).replaceChildren(...items);
    element("no-wallet", HTMLElement).hidden = offered.length > 0;
  }

  network(actual: bigint): void {
    element("network-text", HTMLElement).textContent =
      `Your wallet is on chain ${actual}. This seller is paid on chain ${this.#facts.chainId}.`;
    this.step("network");
  }

  /**
   * Asks for a deposit.
   * @param held what the wallet holds.
   * @param channel to which it is added; undefined: it opens one.
   * @param sponsoring the seller's terms where it pays the network's fee; undefined: the wallet does.
   */
  deposit(held: bigint, channel: ChannelRecord | undefined, sponsoring: Sponsoring | undefined): void {
    const { price, suggestedDeposit, challengePeriod } = this.#facts;
    const opens = channel === undefined;
    const { minDeposit, fee } = sponsoring ?? { minDeposit: 0n, fee: 0n };
    const suggested = suggestedDeposit > minDeposit ? suggestedDeposit : minDeposit;
    const fitting = held > 0n && held < suggested ? held : suggested;
    element("amount", HTMLInputElement).value = toDecimal(fitting, this.#currency);
    element("amount-label", HTMLLabelElement).textContent = opens ? "Deposit" : "Add to the deposit";
    element("deposit-button", HTMLButtonElement).textContent = opens ? "Deposit and pay" : "Top up";
    const count = price === 0n || fitting < fee ? 0n : (fitting - fee) / price;
    element("amount-hint", HTMLElement).textContent =
      `Enough for ${count} request${count === 1n ? "" : "s"} like this one. Your wallet holds ${format(held, this.#currency)}. ` +
      `You ${sponsoring === undefined ? "confirm" : "sign"} once; what is not spent comes back when you close, without the seller after ${duration(challengePeriod)}.`;
    const gift = element("sponsoring", HTMLElement);
    gift.hidden = sponsoring === undefined;
    const cost = fee === 0n ? "for nothing" : `for ${format(fee, this.#currency)} of the deposit`;
    gift.textContent =
      `Your wallet has no coins for the network's fee: the seller pays it, ${cost}, ` +
      `from ${format(minDeposit, this.#currency)} on.`;
    this.step("deposit");
  }

  confirm(why: string): void {
    element("confirm-text", HTMLElement).textContent = why;
    this.step("confirm");
  }

  /** Shows that it was paid for. */
  bought(receipt: string): void {
    element("content", HTMLElement).hidden = false;
    element("receipt", HTMLSpanElement).textContent = receipt;
    const eyebrow = element("eyebrow", HTMLElement);
    eyebrow.textContent = "Paid";
    eyebrow.classList.add("done");
    element("pitch", HTMLElement).hidden = true;
  }

  /** Shows nobody's channels: no account is at hand. */
  nobody(): void {
    for (const id of ["channel", "others", "again"]) element(id, HTMLElement).hidden = true;
  }

  channel(channel: ChannelRecord | undefined, { name, address }: { name: string; address: string }): void {
    element("channel", HTMLElement).hidden = channel === undefined;
    element("again", HTMLElement).hidden = false;
    if (channel === undefined) return;
    const { deposit, accepted, status } = channel;
    const spent = spentOf(channel);
    const credit = accepted > spent ? accepted - spent : 0n;
    const numbers = { deposited: deposit, spent, credit, left: deposit - spent };
    for (const [id, amount] of Object.entries(numbers)) {
      element(id, HTMLElement).textContent = format(amount, this.#currency);
    }
    element("account", HTMLElement).textContent = `From ${name}, account ${short(address)}`;
    element("meter", HTMLProgressElement).value = Number((1000n * spent) / (deposit === 0n ? 1n : deposit));
    const isOpen = status === "open";
    element("channel-note", HTMLElement).textContent = isOpen
      ? ""
      : `Being closed. What is left can be had when the challenge period of ${duration(channel.terms.challengePeriod)} is over.`;
    element("top-up", HTMLButtonElement).hidden = !isOpen;
    element("close", HTMLButtonElement).hidden = !isOpen;
    element("finalize", HTMLButtonElement).hidden = isOpen;
  }

  others(channels: readonly ChannelRecord[], end: (channel: ChannelRecord) => void): void {
    element("others", HTMLElement).hidden = channels.length === 0;
    const items = channels.map((channel) => {
      const left = format(channel.deposit - spentOf(channel), this.#currency);
      const isOpen = channel.status === "open";
      const text = `${left}${isOpen ? "" : ", being closed"}, channel ${short(channel.id)}`;
      const label = isOpen ? "Close it" : "Get the rest back";
      return make(
        "li",
        {},
        make("span", {}, text),
        make("button", { type: "button", onclick: () => end(channel) }, label),
      );
    });
    element("others-list", HTMLUListElement).replaceChildren(...items);
  }
}
