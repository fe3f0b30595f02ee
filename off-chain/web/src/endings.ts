import type { ChannelRecord, Exit } from "@rmps/sender";
import { format } from "./amount.ts";
import type { Customer } from "./customer.ts";
import type { Facts } from "./facts.ts";
import type { Runner } from "./runner.ts";
import type { View } from "./view.ts";

/** Closes channels and brings back what is left. */
export class Endings {
  readonly #facts: Facts;
  readonly #view: View;
  readonly #runner: Runner;
  readonly #customer: Customer;

  constructor(facts: Facts, view: View, runner: Runner, customer: Customer) {
    this.#facts = facts;
    this.#view = view;
    this.#runner = runner;
    this.#customer = customer;
  }

  /** By agreement with the seller at once, without it by its challenge period. */
  close(channel: ChannelRecord): void {
    const { walletName, account } = this.#customer;
    this.#runner.run(`The seller is asked; then confirm in ${walletName}…`, async () => {
      await account?.unlock();
      await this.#ended(await this.#customer.purse.close(channel));
    });
  }

  /** Brings back what is left once the challenge period is over. */
  finalize(channel: ChannelRecord): void {
    const { walletName, account, purse } = this.#customer;
    this.#runner.run(`Confirm in ${walletName}…`, async () => {
      await account?.unlock();
      const exit = await purse.finalize(channel);
      if (exit !== undefined) return this.#ended(exit);
      this.#view.error({
        message: "It is too early.",
        remedy: `The rest can be had from ${date(await purse.closesAt(channel))}.`,
      });
    });
  }

  /** For a channel that can only be closed. */
  end(channel: ChannelRecord): void {
    if (channel.status === "open") this.close(channel);
    else this.finalize(channel);
  }

  async #ended({ kind, by, channel, settled, closesAt, reason }: Exit): Promise<void> {
    const back = format(channel.deposit - settled, this.#facts);
    if (kind === "closed") {
      this.#view.done(`Closed. ${back} came back to your wallet; the seller was paid ${format(settled, this.#facts)}.`);
    } else if (by === "agreement") {
      this.#view.done(`Agreed, but not closed yet: ${reason ?? "it is not submitted"}. ${back} come back.`);
    } else {
      const why = reason === undefined ? "" : ` (${reason})`;
      this.#view.done(
        `Closing without the seller's agreement${why}. Come back from ${date(closesAt)} to get the rest.`,
      );
    }
    this.#view.step(undefined);
    await this.#customer.refresh();
    this.#customer.others = await this.#customer.purse.others();
  }
}

/** @param seconds Unix time. */
function date(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toLocaleString();
}
