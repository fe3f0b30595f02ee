import { SenderError, spentOf, type SenderEvent } from "@rmps/sender";
import { format, parseTyped } from "./amount.ts";
import { Chooser } from "./chooser.ts";
import { Customer } from "./customer.ts";
import type { Database } from "./database.ts";
import { element, visible } from "./dom.ts";
import { Endings } from "./endings.ts";
import type { Facts } from "./facts.ts";
import { Runner } from "./runner.ts";
import { forgetWallet } from "./session.ts";
import type { Stage } from "./stage.ts";
import type { View } from "./view.ts";

/** Without being asked, at most this part of the deposit is paid for one request: a tenth. */
const BY_ITSELF = 10n;

/** Decides what the page does next. */
export class App {
  readonly #facts: Facts;
  readonly #database: Database;
  readonly #view: View;
  readonly #stage: Stage;
  readonly #runner: Runner;
  readonly #customer: Customer;
  readonly #endings: Endings;
  readonly #chooser: Chooser;
  #bought = false;
  #cost = 0n;

  constructor(facts: Facts, view: View, stage: Stage, database: Database) {
    this.#facts = facts;
    this.#database = database;
    this.#view = view;
    this.#stage = stage;
    this.#customer = new Customer(facts, database, (event) => this.#watch(event));
    this.#runner = new Runner(view, () => this.#show());
    const [runner, customer] = [this.#runner, this.#customer];
    this.#endings = new Endings(facts, view, runner, customer);
    const opened = (byClick: boolean) => this.#opened(byClick);
    this.#chooser = new Chooser({ facts, view, runner, customer, storage: localStorage, opened });
  }

  start(): void {
    const press = (id: string, work: () => void) => element(id, HTMLButtonElement).addEventListener("click", work);
    const withChannel = (work: (channel: NonNullable<Customer["channel"]>) => void) => () => {
      if (this.#customer.channel !== undefined) work(this.#customer.channel);
    };
    press("switch", () => this.#chooser.switch());
    press("pay", () => this.#pay());
    press("again", () => this.#pay());
    press("top-up", () => this.#runner.run("Looking into your wallet…", () => this.#askForDeposit()));
    press(
      "close",
      withChannel((channel) => this.#endings.close(channel)),
    );
    press(
      "finalize",
      withChannel((channel) => this.#endings.finalize(channel)),
    );
    press("disconnect", () => (forgetWallet(localStorage), location.reload()));
    element("deposit", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submitDeposit();
    });
    this.#database.onChange(() => void this.#show());

    this.#chooser.start();
  }

  /** An account was chosen. The demo's owner is never asked to confirm, so choosing it is enough. */
  async #opened(byClick: boolean): Promise<void> {
    if (byClick && this.#customer.channel === undefined) {
      this.#view.busy("Opening a channel with demo money…");
      await this.#deposit(this.#facts.suggestedDeposit);
    }
    await this.#next(byClick);
  }

  /** Pays, or asks for what is missing. @param consent whether this price was agreed to just now. */
  async #next(consent: boolean): Promise<void> {
    const { channel } = this.#customer;
    const { price, crossSite } = this.#facts;
    if (channel?.status !== "open" || channel.deposit - spentOf(channel) - channel.fee < price) {
      return this.#askForDeposit();
    }
    if (consent) return this.#buy();
    if (this.#bought) return this.#view.step(undefined);
    if (crossSite) return this.#view.confirm("A link brought you here, so you are asked first. Nothing was paid yet.");
    if (price * BY_ITSELF > channel.deposit) {
      return this.#view.confirm("This costs more than a tenth of your deposit, so you are asked first.");
    }
    await visible();
    return this.#buy();
  }

  async #askForDeposit(): Promise<void> {
    const { channel, purse } = this.#customer;
    const [held, sponsoring] = await Promise.all([purse.holds(), purse.sponsoring()]);
    this.#view.deposit(held, channel?.status === "open" ? channel : undefined, sponsoring);
  }

  #submitDeposit(): void {
    const amount = parseTyped(element("amount", HTMLInputElement).value, this.#facts);
    if (amount === undefined) {
      const remedy = `Type a number above 0, with at most ${this.#facts.decimals} digits after the point.`;
      return this.#view.error({ message: "That is no amount.", remedy });
    }
    this.#runner.run(`Confirm in ${this.#customer.walletName}…`, async () => {
      await this.#customer.account?.unlock();
      await this.#deposit(amount);
      this.#view.step(undefined);
      await this.#next(!this.#bought);
    });
  }

  async #deposit(amount: bigint): Promise<void> {
    const { purse } = this.#customer;
    const [held, sponsoring] = await Promise.all([purse.holds(), purse.sponsoring()]);
    if (sponsoring !== undefined && amount < sponsoring.minDeposit) {
      const least = format(sponsoring.minDeposit, this.#facts);
      const remedy = "Deposit more, or send coins to your wallet.";
      throw new SenderError("refused", `The seller pays the network's fee from ${least} on.`, remedy);
    }
    if (held < amount) {
      const [has, wants] = [format(held, this.#facts), format(amount, this.#facts)];
      const remedy = "Send it tokens, or deposit less.";
      throw new SenderError("insufficient-funds", `Your wallet holds ${has}, less than ${wants}.`, remedy);
    }
    this.#customer.channel = await purse.deposit(amount, this.#customer.channel);
  }

  #pay(): void {
    this.#runner.run("Looking up your channel…", async () => {
      await this.#customer.refresh();
      await this.#next(true);
    });
  }

  async #buy(): Promise<void> {
    const { price } = this.#facts;
    this.#view.step(undefined);
    this.#view.busy(`Paying ${format(price, this.#facts)}…`);
    this.#cost = 0n;
    const url = new URL(location.href.split("#")[0]!);
    const response = await this.#customer.purse.buy(url, price);
    await this.#stage.show(response, url);
    this.#bought = true;
    const receipt = this.#cost === 0n ? "Nothing was charged." : `Paid ${format(this.#cost, this.#facts)}.`;
    this.#view.bought(response.ok ? receipt : `${receipt} The seller answered with status ${response.status}.`);
  }

  #watch(event: SenderEvent): void {
    if (event.kind === "paid") this.#cost = event.cost;
    if (event.kind !== "refused" || !event.again) return;
    const waits = event.code === "channel-not-found" || event.code === "channel-not-confirmed";
    this.#view.busy(waits ? "Waiting until the deposit is confirmed…" : "The seller is busy, trying again…");
  }

  /** Shows what this browser knows of the channel. */
  async #show(): Promise<void> {
    const { account } = this.#customer;
    if (account === undefined) return this.#view.nobody();
    await this.#customer.reread();
    this.#view.channel(this.#customer.channel, account);
    this.#view.others(this.#customer.others, (channel) => this.#endings.end(channel));
  }
}
