import type { Alarms } from "../../alarms.ts";
import { gasPrice, type Market } from "./fees.ts";
import type { GasAccount } from "./gas-account.ts";
import { gasOf, MAX_ROWS, SETTLE_GAS } from "./policy.ts";

/** Between two looks at balance and tip, in milliseconds. */
const EVERY = 10_000;

/** Between two counts of channels, in milliseconds: with many of them, a count takes a while. */
const COUNT_EVERY = 600_000;

/** A dispute must be affordable at so many times today's price: fees are raised as deadlines near. */
const RESERVE = 3n;

/** Keeps an eye on the price of gas and on the money to pay for it. */
export class GasWatch {
  readonly #account: GasAccount;
  readonly #alarms: Alarms;
  readonly #now: () => number;
  #lookedAt = -Infinity;
  #tip = 1_000_000_000n;
  #balance: bigint | undefined;
  #channels = 0;
  #needed = 0n;
  #countedAt = -Infinity;

  constructor(account: GasAccount, alarms: Alarms, now: () => number) {
    this.#account = account;
    this.#alarms = alarms;
    this.#now = now;
  }

  /** Wei, as last seen. */
  get balance(): bigint | undefined {
    return this.#balance;
  }

  /** Wei beyond what disputes may cost, as last seen; 0 before the first look. */
  get spare(): bigint {
    return this.#balance === undefined || this.#balance < this.#needed ? 0n : this.#balance - this.#needed;
  }

  /**
   * The price of gas now.
   * @param baseFee of the head, wei per gas.
   * @param channels how many channels may have to be defended.
   * @param refused whether the node refused a transaction for lack of money.
   * @throws RpcUnavailable
   */
  async look(baseFee: bigint | undefined, channels: () => Promise<number>, refused: boolean): Promise<Market> {
    if (refused || this.#now() - this.#lookedAt >= EVERY) {
      this.#tip = await this.#account.tip(baseFee);
      this.#balance = await this.#account.balance();
      if (this.#now() - this.#countedAt >= COUNT_EVERY) {
        this.#channels = await channels();
        this.#countedAt = this.#now();
      }
      this.#ring(gasPrice({ baseFee, tip: this.#tip }), this.#channels, refused);
      this.#lookedAt = this.#now();
    }
    return { baseFee, tip: this.#tip };
  }

  #ring(price: bigint, channels: number, refused: boolean): void {
    const balance = this.#balance ?? 0n;
    const { address } = this.#account;
    const one = SETTLE_GAS * price * RESERVE;
    const batches = Math.ceil(channels / MAX_ROWS);
    const all = BigInt(batches) * gasOf(MAX_ROWS) * price;
    this.#needed = all > one ? all : one;
    const state = `The gas account ${address} has ${balance} wei`;
    this.#alarms.set("gas-money", refused || balance < one, `${state}, a dispute may cost ${one}: send it coins.`);
    const low = channels > 0 && balance < all;
    this.#alarms.set("gas-money-low", low, `${state}, disputing on all ${channels} channels may cost ${all}.`);
  }
}
