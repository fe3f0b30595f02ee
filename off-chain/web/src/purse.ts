import { MicroToken__factory } from "@rmps/contracts";
import { MAX_CHALLENGE_PERIOD, MIN_CHALLENGE_PERIOD, type Hex, type Terms } from "@rmps/proofs";
import {
  Channels,
  createPayingFetch,
  spentOf,
  type ChannelName,
  type ChannelRecord,
  type Exit,
  type PayingFetchOptions,
  type SenderEvent,
  type Sponsor,
  type Store,
} from "@rmps/sender";
import type { Facts, Sponsoring } from "./facts.ts";

/** What a purse is made of. */
export interface PurseOptions {
  readonly facts: Facts;
  /** The account that deposits. */
  readonly wallet: PayingFetchOptions["wallet"];
  /** Signs payments in its place. */
  readonly sessionKey: Hex;
  readonly store: Store;
  /** Undefined: the chain is read through the wallet. */
  readonly rpc: string | undefined;
  readonly onEvent: (event: SenderEvent) => void;
}

/** Milliseconds for which a deposit may take to be confirmed. */
const CONFIRMATION_TIMEOUT = 30 * 60_000;

/** What browsers ask for when they navigate, so that the seller sends what it would have sent to a navigation. */
const ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

/** What one wallet has with one receiver. */
export class Purse {
  readonly channels: Channels;
  readonly #options: PurseOptions;

  private constructor(channels: Channels, options: PurseOptions) {
    this.channels = channels;
    this.#options = options;
  }

  static async open(options: PurseOptions): Promise<Purse> {
    const { wallet, sessionKey, store, rpc, facts } = options;
    const channels = await Channels.create({
      wallet,
      sessionKey,
      store,
      onlyChain: facts.chainId,
      ...(rpc !== undefined && { rpc }),
    });
    return new Purse(channels, options);
  }

  /** The channel with which to pay, or one that is ending, as the chain knows it now; undefined: there is none. */
  async channel(): Promise<ChannelRecord | undefined> {
    const { facts } = this.#options;
    const isUsable = ({ senderSigner }: Terms) => senderSigner === this.channels.wallet.senderSigner;
    await this.channels.discover(facts.chainId, facts, (terms) => this.#isWithShop(terms) && isUsable(terms));
    const ours = (await this.channels.list()).filter(
      ({ chainId, contract, terms, status }) =>
        chainId === facts.chainId &&
        contract === facts.contract &&
        status !== "closed" &&
        this.#isWithShop(terms) &&
        isUsable(terms),
    );
    const now = await Promise.all(ours.map((record) => this.channels.refresh(record)));
    const alive = now.filter(({ status, deposit }) => deposit > 0n && status !== "closed" && status !== "opening");
    const worth = (record: ChannelRecord) => (record.status === "open" ? record.deposit - spentOf(record) : -1n);
    return alive.sort((a, b) => (worth(b) > worth(a) ? 1 : -1))[0];
  }

  /**
   * What else of the wallet's lies with this receiver, and can only be closed: channels whose session key is gone, that
   * were opened on other terms, or that are being closed beside the one with which is paid.
   */
  async others(): Promise<ChannelRecord[]> {
    const { facts } = this.#options;
    const isHere = ({ receiver, token }: Terms) => receiver === facts.receiver && token === facts.token;
    const lost = await this.channels.recover(facts.chainId, facts, isHere);
    const known = await this.channels.discover(facts.chainId, facts, isHere); // the lost ones among them, by now
    const shown = await this.channel();
    const isOther = ({ id, terms, status, deposit }: ChannelRecord) =>
      isHere(terms) && id !== shown?.id && status !== "closed" && deposit > 0n;
    return [...new Map([...lost, ...known].filter(isOther).map((record) => [record.id, record])).values()];
  }

  /** What the wallet holds of the token. */
  async holds(): Promise<bigint> {
    const { chainId, token } = this.#options.facts;
    const { provider } = await this.channels.chains.get(chainId);
    return MicroToken__factory.connect(token, provider).balanceOf(this.channels.wallet.address);
  }

  /** On what terms the seller pays the network's fee, where the account lacks coins for it; undefined: it does not. */
  async sponsoring(): Promise<Sponsoring | undefined> {
    const { chainId, sponsoring } = this.#options.facts;
    return sponsoring === undefined || (await this.channels.hasGasMoney(chainId)) ? undefined : sponsoring;
  }

  /** The seller, where it pays for deposits of accounts without coins: at most what the page said. */
  get #sponsor(): Sponsor | undefined {
    const { gatewayPath, sponsoring } = this.#options.facts;
    if (sponsoring === undefined) return undefined;
    return { when: "if-needed", origin: location.origin, gatewayPath, maxFee: sponsoring.fee };
  }

  /**
   * Opens a channel, or adds to the one that is open: one confirmation where the token allows it, or one signature where
   * the seller pays the network's fee. Two tabs that open one at the same time get the same.
   */
  async deposit(amount: bigint, channel: ChannelRecord | undefined): Promise<ChannelRecord> {
    if (channel?.status === "open") return this.channels.topUp(channel, amount, this.#sponsor);
    const { chainId, contract, receiver, receiverSigner, token, challengePeriod } = this.#options.facts;
    return this.#options.store.exclusive(`deposit:${this.channels.wallet.address}`, async () => {
      const opened = await this.channel();
      if (opened?.status === "open") return opened;
      const shop = { receiver, receiverSigner, token, challengePeriod };
      return this.channels.open({ chainId, contract }, shop, amount, this.#sponsor);
    });
  }

  /** Asks for a URL and pays at most `price` for it, from what is deposited: the wallet is not asked for anything. */
  async buy(url: URL, price: bigint): Promise<Response> {
    const { facts, wallet, sessionKey, store, rpc, onEvent } = this.#options;
    const pay = createPayingFetch({
      wallet,
      sessionKey,
      store,
      onEvent,
      onlyChain: facts.chainId,
      ...(rpc !== undefined && { rpc }),
      managers: { [facts.chainId.toString()]: { contract: facts.contract, block: facts.block } },
      token: facts.token,
      receiver: facts.receiver,
      limits: {
        maxPrice: price,
        maxTotal: price,
        maxDeposit: 0n, // deposits are made by hand
        minChallengePeriod: MIN_CHALLENGE_PERIOD,
        maxChallengePeriod: MAX_CHALLENGE_PERIOD,
      },
      confirmationTimeout: CONFIRMATION_TIMEOUT,
      autoFinalize: false, // the wallet would ask for it out of the blue
    });
    // Nothing that was paid for stays in the browser's cache, from where it could be opened outside of its sandbox.
    return pay(url, { cache: "no-store", headers: { accept: ACCEPT } });
  }

  close(channel: ChannelName): Promise<Exit> {
    return this.channels.close(channel);
  }

  /** Brings back what is left; where the chain has not heard of the close, because it was declined, asks once more. */
  async finalize(channel: ChannelName): Promise<Exit | undefined> {
    return (await this.closesAt(channel)) === 0n ? this.close(channel) : this.channels.finalize(channel);
  }

  /** Unix time from which the rest of a channel that is being closed can be had. */
  async closesAt(channel: ChannelName): Promise<bigint> {
    return (await this.channels.factsOf(channel)).closesAt;
  }

  #isWithShop({ receiver, receiverSigner, token }: Terms): boolean {
    const { facts } = this.#options;
    return receiver === facts.receiver && receiverSigner === facts.receiverSigner && token === facts.token;
  }
}
