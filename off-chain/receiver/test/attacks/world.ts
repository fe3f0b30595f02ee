import type { ReceiverOptions } from "../../src/config/options.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { TestChain, type TestChannel } from "../support/chain.ts";
import { start, Stores } from "../support/receiver.ts";

export const PRICE = 100n;

/** Of close requests; it does not come. Unix seconds. */
const DEADLINE = 2n ** 40n;

/** A real receiver on a real chain, with a real SQLite file, that sells at `/cheap` and, ten times dearer, `/dear`. */
export class World {
  readonly chain: TestChain;
  readonly stores = new Stores();
  readonly options: Partial<ReceiverOptions>;
  store: string;
  receiver!: RunningReceiver;

  private constructor(chain: TestChain, options: Partial<ReceiverOptions>, store: string | undefined) {
    this.chain = chain;
    this.store = store ?? this.stores.path();
    this.options = {
      routes: {
        "/cheap": { price: PRICE, handler: () => "content", methods: ["GET", "POST"] },
        "/dear": { price: 10n * PRICE, handler: () => "content" },
      },
      ...options,
    };
  }

  /** @param store a database's URL, or a path; a file of its own unless given. */
  static async open(options: Partial<ReceiverOptions> = {}, store?: string): Promise<World> {
    const world = new World(await TestChain.start(), options, store);
    await world.restart();
    return world;
  }

  /** Starts the receiver (again). */
  async restart(over: Partial<ReceiverOptions> = {}): Promise<void> {
    await (this.receiver as RunningReceiver | undefined)?.close();
    this.receiver = await start(this.chain, this.store, { ...this.options, ...over });
  }

  async stop(): Promise<void> {
    await this.receiver.close();
    await this.chain.stop();
    this.stores.remove();
  }

  pay(channel: TestChannel, balance: bigint, path = "/cheap"): Promise<Response> {
    return fetch(this.receiver.url + path, { headers: headersFor(channel, balance) });
  }

  /** Asks the receiver to agree to a close. @param signature of the request; the sender's unless given. */
  askToClose(
    { terms, id, closeRequest }: TestChannel,
    amount: bigint,
    signature = closeRequest(amount, DEADLINE),
  ): Promise<Response> {
    return fetch(`${this.receiver.url}/api/1/channels/${terms.sender}/${id}`, {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount: String(amount), deadline: String(DEADLINE), signature }),
    });
  }

  /** What the store says was spent. */
  async spent({ id }: TestChannel): Promise<bigint> {
    return (await this.receiver.store.channel(id))?.spent ?? 0n;
  }
}

export function headersFor(channel: TestChannel, balance: bigint): Record<string, string> {
  return {
    "rdn-channel-id": channel.id,
    "rdn-sender-balance": String(balance),
    "rdn-balance-signature": channel.proof(balance),
  };
}
