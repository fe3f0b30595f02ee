import { chainOf, demoAccount, switchChain, walletAccount, type Account } from "./account.ts";
import type { Customer } from "./customer.ts";
import { DEMO_ID } from "./demo.ts";
import type { Facts } from "./facts.ts";
import type { Runner } from "./runner.ts";
import type { WebStorageLike } from "@rmps/sender";
import { rememberedWallet } from "./session.ts";
import type { View } from "./view.ts";
import { findWallets, type Choice } from "./wallets.ts";

/** What a chooser works with. */
export interface ChooserOptions {
  readonly facts: Facts;
  readonly view: View;
  readonly runner: Runner;
  readonly customer: Customer;
  readonly storage: WebStorageLike;
  /** What is done with the account; `byClick`: its owner was asked for nothing yet but chose it just now. */
  readonly opened: (byClick: boolean) => Promise<void>;
}

/** Lets people choose a wallet, and follows what they do in it. */
export class Chooser {
  readonly #options: ChooserOptions;
  #choices: readonly Choice[] = [];
  #choice: Choice | undefined;
  #address: Account["address"] | undefined;

  constructor(options: ChooserOptions) {
    this.#options = options;
  }

  /** Offers what there is, and takes what was chosen at an earlier visit. */
  start(): void {
    const { facts, view, storage } = this.#options;
    const remembered = rememberedWallet(storage);
    view.step("connect");
    this.#offer();
    if (remembered?.id === DEMO_ID && facts.demoRpc !== undefined) this.#useDemo(facts.demoRpc, false);
    findWallets(window, (choices) => {
      this.#choices = choices;
      this.#offer();
      const known = choices.find(({ id }) => id === remembered?.id);
      if (known !== undefined && this.#choice === undefined) this.#use(known, remembered?.account);
    });
  }

  /** Asks the wallet to go to the seller's chain. */
  switch(): void {
    const { facts, runner } = this.#options;
    const choice = this.#choice;
    if (choice === undefined) return;
    runner.run(`Confirm in ${choice.name}…`, async () => {
      await switchChain(choice.wallet, facts);
      this.#use(choice, this.#address);
    });
  }

  #offer(): void {
    const { demoRpc } = this.#options.facts;
    const note = "One click, with demo money that is worth nothing";
    const demo = (rpc: string) => ({
      name: "Demo wallet",
      icon: undefined,
      note,
      choose: () => this.#useDemo(rpc, true),
    });
    const real = this.#choices.map((choice) => {
      const { name, icon } = choice;
      return { name, icon, note: undefined, choose: () => this.#use(choice) };
    });
    this.#options.view.wallets(demoRpc === undefined ? real : [demo(demoRpc), ...real]);
  }

  #useDemo(rpc: string, byClick: boolean): void {
    const { runner, customer, opened } = this.#options;
    runner.run("Opening the demo wallet…", async () => {
      await customer.open(demoAccount(rpc));
      await opened(byClick);
    });
  }

  #use(choice: Choice, address?: Account["address"]): void {
    const { facts, view, runner, customer, opened } = this.#options;
    this.#address = address;
    if (this.#choice !== choice) {
      this.#choice = choice;
      choice.wallet.on?.("chainChanged", () => this.#moved(choice));
      choice.wallet.on?.("accountsChanged", (accounts) => this.#follow(choice, accounts));
    }
    runner.run(address === undefined ? `Connect in ${choice.name}…` : "Looking up your channel…", async () => {
      const account = await walletAccount(choice, facts.chainId, address);
      this.#address ??= account.address;
      const chain = await chainOf(choice.wallet);
      if (chain !== facts.chainId) {
        customer.leave(); // through this wallet another chain would be read
        return view.network(chain);
      }
      await customer.open(account);
      await opened(false);
    });
  }

  /** The wallet went to another chain. */
  #moved(choice: Choice): void {
    if (this.#choice !== choice || this.#address === undefined) return;
    this.#options.customer.leave();
    this.#use(choice, this.#address);
  }

  /** The wallet's owner chose another account there, or none any more. */
  #follow(choice: Choice, accounts: unknown): void {
    const { view, runner, customer } = this.#options;
    if (this.#choice !== choice || this.#address === undefined || !Array.isArray(accounts)) return;
    const [first] = accounts as unknown[];
    if (typeof first === "string") {
      const address = first.toLowerCase() as Account["address"];
      if (address === this.#address) return;
      customer.leave();
      return this.#use(choice, address);
    }
    customer.leave();
    this.#address = undefined;
    runner.run("Your wallet left this page…", () => {
      view.step("connect");
      view.done("Your wallet does not give this page an account any more. Choose it again to go on.");
      return Promise.resolve();
    });
  }
}
