import { hexlify, parseEther, randomBytes } from "ethers";
import type { Hex } from "@rmps/proofs";

import type { LocalChain } from "../lib/local-chain.ts";
import { NEVER, openChannel, paymentHeaders, type PaidChannel } from "../lib/paying.ts";
import { Random } from "../lib/random.ts";
import { SHOP_ROUTES } from "../lib/shop.ts";
import type { Tally } from "./tally.ts";

/** What is bought, with the price and the status of what comes. */
const GOODS = Object.entries(SHOP_ROUTES).map(([path, route]) => ({
  path,
  price: route.price as bigint,
  status: "status" in route ? (route.status ?? 200) : 200,
}));

/** What a channel begins with, and what is added when it is used up. */
const DEPOSIT = parseEther("20");

/** Requests on a channel before it is closed. */
const LIFE = 2_000;

/** Requests sent at once. */
const BURST = 4;

/** Milliseconds for which the shop may not have seen a block yet, or may be too busy, before that is a surprise. */
const PATIENCE = 120_000;

/** Deployer of the token, who has what is not handed out. */
const BANK = 0;

/** A sender who buys, tops up, tries what does not work, closes, and begins again. */
export class Customer {
  readonly #chain: LocalChain;
  readonly #url: string;
  readonly #index: number;
  readonly #tally: Tally;
  readonly #random: Random;

  constructor(chain: LocalChain, url: string, index: number, tally: Tally) {
    this.#chain = chain;
    this.#url = url;
    this.#index = index;
    this.#tally = tally;
    this.#random = new Random(index);
  }

  /** Buys until it is told to stop. */
  async shop(until: () => boolean): Promise<void> {
    while (!until()) {
      try {
        await this.#useOneChannel(until);
      } catch (error) {
        this.#tally.unexpected(`customer ${this.#index}: ${String(error)}`);
      }
    }
  }

  async #useOneChannel(until: () => boolean): Promise<void> {
    const salt = hexlify(randomBytes(32)) as Hex;
    const channel = await openChannel(this.#chain, this.#index, { salt, deposit: DEPOSIT, payer: BANK });
    this.#tally.opened++;
    let deposit = DEPOSIT;
    let balance = 0n;
    for (let bought = 0; bought < LIFE && !until(); bought += BURST) {
      const goods = Array.from({ length: BURST }, () => this.#random.pick(GOODS));
      const cost = goods.reduce((sum, { price }) => sum + price, 0n);
      if (balance + cost > deposit) {
        await channel.topUp(DEPOSIT);
        this.#tally.toppedUp++;
        deposit += DEPOSIT;
      }
      // In any order: increasing proofs are all served.
      const requests = goods.map((good) => [good, (balance += good.price)] as const);
      await Promise.all(requests.reverse().map(([good, total]) => this.#buy(channel, good, total)));
      if (this.#random.chance(0.05)) await this.#try(channel, "a replay", balance, [402]);
    }
    await this.#close(channel, balance);
  }

  /** Asks, and asks again where the shop says that it is busy, which it says by design: nothing was charged then. */
  async #ask(path: string, options: RequestInit): Promise<{ answer: Response; body: ArrayBuffer }> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const answer = await fetch(this.#url + path, options);
      const body = await answer.arrayBuffer();
      this.#tally.requests++;
      const retryAfter = Number(answer.headers.get("retry-after"));
      const busy = answer.status === 503 && codeOf(body) === "busy" && retryAfter > 0;
      if (!busy || Date.now() > end) return { answer, body };
      this.#tally.busy++;
      await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
    }
  }

  async #buy(channel: PaidChannel, { path, price, status }: (typeof GOODS)[number], balance: bigint): Promise<void> {
    const headers = paymentHeaders(channel, balance);
    const end = Date.now() + PATIENCE;
    for (;;) {
      const { answer, body } = await this.#ask(path, { headers });
      if (answer.status === status && answer.headers.get("rdn-cost") === String(price) && body.byteLength > 0) {
        this.#tally.paid++;
        this.#tally.revenue += price;
        return;
      }
      const code = codeOf(body);
      // The shop has not seen the deposit yet: the same proof again.
      const early = ["channel-not-found", "channel-not-confirmed", "balance-exceeds-deposit"].includes(code);
      if (answer.status !== 402 || !early || Date.now() > end) {
        return this.#tally.unexpected(`${path} at ${balance}: ${answer.status} ${code}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** A request that must not be served. */
  async #try(channel: PaidChannel, what: string, balance: bigint, expected: readonly number[]): Promise<void> {
    const { answer } = await this.#ask("/kitten.jpg", { headers: paymentHeaders(channel, balance) });
    if (!expected.includes(answer.status)) this.#tally.unexpected(`${what}: ${answer.status}`);
  }

  async #close(channel: PaidChannel, spent: bigint): Promise<void> {
    const ask = async (amount: bigint) => {
      const signature = channel.closeRequest(amount, NEVER);
      const { answer, body } = await this.#ask(`/api/1/channels/${channel.terms.sender}/${channel.id}`, {
        method: "DELETE",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ amount: String(amount), deadline: String(NEVER), signature }),
      });
      return { status: answer.status, json: JSON.parse(Buffer.from(body).toString()) as Record<string, string> };
    };
    if (spent > 0n) {
      const below = await ask(spent - 1n);
      if (below.status !== 409) this.#tally.unexpected(`an agreement for less: ${below.status}`);
    }
    const { status, json } = await ask(spent);
    if (status !== 200) return this.#tally.unexpected(`no agreement: ${status} ${JSON.stringify(json)}`);
    await this.#try(channel, "a payment after the agreement", spent + parseEther("0.01"), [402]);
    await channel.close(spent, BigInt(json["deadline"]!), json["close_signature"] as Hex);
    this.#tally.closed++;
  }
}

function codeOf(body: ArrayBuffer): string {
  try {
    return String((JSON.parse(Buffer.from(body).toString()) as { code?: unknown }).code);
  } catch {
    return "";
  }
}
