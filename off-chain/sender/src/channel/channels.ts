import { channelId, parseTerms, senderSide, type Address, type Hex, type Terms } from "@rmps/proofs";
import { hexlify, randomBytes } from "ethers";
import { Book, type ChannelName } from "../book/book.ts";
import type { ChainFacts } from "../book/moves.ts";
import { newRecord, type ChannelRecord } from "../book/record.ts";
import { SenderError } from "../errors.ts";
import { harmless } from "../harmless.ts";
import { platformFetch } from "../http/request.ts";
import { adoptChannels, type Adoption } from "./adopt.ts";
import { Chains, factsOf, type Chain } from "./chain.ts";
import { isMeant, type Counterparty } from "./counterparty.ts";
import { deposit } from "./deposit.ts";
import { depositSponsored, hasGasMoney, type Sponsor } from "./sponsor/deposit.ts";
import { readSponsoring } from "./sponsor/offer.ts";
import { forEach } from "./each.ts";
import { forgetGone } from "./forget.ts";
import { exitChannel, finalizeChannel, type Exit, type ExitContext } from "./exit.ts";
import type { KnownManager } from "./managers.ts";
import type { ChannelsOptions } from "./options.ts";
import { GATEWAY_PATH } from "./receiver-api.ts";
import { refreshChannel, refreshGrown } from "./refresh.ts";
import { Transactions } from "./transactions/transactions.ts";
import { createWallet, type Wallet } from "./wallet.ts";

/** The channels of one wallet: their life on chain, and the book of what was signed. */
export class Channels {
  readonly book: Book;
  readonly chains: Chains;
  readonly wallet: Wallet;
  /** Of the wallet. */
  readonly transactions: Transactions;
  readonly #options: ChannelsOptions;

  private constructor(wallet: Wallet, options: ChannelsOptions) {
    this.wallet = wallet;
    this.book = new Book(options.store);
    this.chains = new Chains(options.rpc, wallet.provider, options.onlyChain);
    const { book, chains } = this;
    const onFeeRaised = harmless("onFeeRaised", options.onFeeRaised);
    this.transactions = new Transactions({ book, chains, wallet, gas: options.gas ?? {}, onFeeRaised });
    this.#options = options;
  }

  /** @throws SenderError `configuration` where a key is missing or malformed. */
  static async create(options: ChannelsOptions): Promise<Channels> {
    return new Channels(await createWallet(options.wallet, options.sessionKey), options);
  }

  /** Channels of this wallet in the book. */
  async list(): Promise<ChannelRecord[]> {
    return (await this.book.channels()).filter(({ terms }) => terms.sender === this.wallet.address);
  }

  /**
   * Opens a channel. Its terms are in the book before the transaction leaves; one that an earlier process began to open
   * for the same counterparty is opened instead of another, and a deposit that it sent is waited for, not sent again.
   * @param amount the deposit, in the token's smallest unit.
   * @param sponsor who may pay for the gas; undefined: the account itself.
   */
  async open(
    manager: { chainId: bigint; contract: Address },
    counterparty: Counterparty,
    amount: bigint,
    sponsor?: Sponsor,
  ): Promise<ChannelRecord> {
    const chain = await this.chains.get(manager.chainId);
    const { address: sender, senderSigner } = this.wallet;
    const wanted = { ...counterparty, senderSigner };
    const begun = (await this.list()).find((record) => record.status === "opening" && isMeant(record, manager, wanted));
    if (begun !== undefined) {
      await this.transactions.awaitDeposit(begun);
      const now = await this.refresh(begun);
      if (now.deposit > 0n) return now;
    }
    const salt = hexlify(randomBytes(32)) as Hex;
    const terms = begun?.terms ?? parseTerms({ sender, senderSigner, ...counterparty, salt });
    const name = { ...manager, id: channelId(terms, manager) };
    const record = await this.book.add(newRecord({ ...name, terms, status: "opening", deposit: 0n }));
    return this.#deposit(chain, record, amount, sponsor);
  }

  /** Adds to the deposit of an open channel; where an earlier one is not mined yet, that one. @param sponsor as for `open`. */
  async topUp(channel: ChannelName, amount: bigint, sponsor?: Sponsor): Promise<ChannelRecord> {
    const isOnItsWay = await this.transactions.awaitDeposit(channel);
    const record = await this.refresh(channel);
    if (isOnItsWay) return record;
    if (record.status !== "open") {
      throw new SenderError("channel", `channel ${record.id} is ${record.status}`, "Open another one: rmps open.");
    }
    return this.#deposit(await this.chains.get(record.chainId), record, amount, sponsor);
  }

  /** Whether the account has coins enough to deposit by itself; else it needs a sponsor. */
  async hasGasMoney(chainId: bigint): Promise<boolean> {
    return hasGasMoney(await this.chains.get(chainId), this.wallet);
  }

  /** On what terms a receiver pays the gas of deposits; undefined: it does not, or does not answer. */
  sponsoringOf({ origin, gatewayPath = GATEWAY_PATH }: Pick<Sponsor, "origin" | "gatewayPath">) {
    const { fetch = platformFetch, allowInsecure = false } = this.#options;
    return readSponsoring({ origin, gatewayPath, fetch, allowInsecure });
  }

  /** What the chain says of a channel; a deposit of 0: it does not know it. */
  async factsOf({ chainId, contract, id }: ChannelName): Promise<ChainFacts> {
    return factsOf(await this.chains.get(chainId), contract, id);
  }

  /** Takes what the chain says of a channel over into the book. */
  async refresh(channel: ChannelName): Promise<ChannelRecord> {
    const chain = await this.chains.get(channel.chainId);
    return (await refreshChannel({ book: this.book, chain }, channel)).record;
  }

  /**
   * Takes channels from the chain's logs into the book: those that are not ended, are signed for by one of the own keys,
   * and pass `accept`, which must look at all terms, for anyone can open a channel in anyone's name.
   */
  async discover(chainId: bigint, manager: KnownManager, accept: (terms: Terms) => boolean): Promise<ChannelRecord[]> {
    const isOurs = (terms: Terms) => this.#isSignedByUs(terms) && accept(terms);
    return this.#adopt(chainId, manager, { accept: isOurs, closing: false });
  }

  /**
   * Takes channels of this account from the chain's logs into the book for which the key that signs is not at hand: a
   * session key that was lost. Nothing is paid with them any more, but `close` and `finalize` get back what is left.
   */
  async recover(chainId: bigint, manager: KnownManager, accept: (terms: Terms) => boolean): Promise<ChannelRecord[]> {
    const isLost = (terms: Terms) => !this.#isSignedByUs(terms) && accept(terms);
    const adopted = await this.#adopt(chainId, manager, { accept: isLost, closing: true });
    return adopted.filter(({ status, terms }) => status !== "closed" && isLost(terms));
  }

  /** Ends a channel; see `exitChannel`. */
  async close(channel: ChannelName): Promise<Exit> {
    const record = await this.book.known(channel);
    return this.book.store.exclusive(`exit:${record.id}`, async () => exitChannel(record, await this.#exit(record)));
  }

  /** Brings back what is left once the challenge period is over; undefined: it is not yet. */
  async finalize(channel: ChannelName): Promise<Exit | undefined> {
    const record = await this.book.known(channel);
    return this.book.store.exclusive(`exit:${record.id}`, async () =>
      finalizeChannel(record, await this.#exit(record)),
    );
  }

  /**
   * Finishes what was begun, also by an earlier process: finalizes what is due, and where the challenge period has not
   * even begun, because the process ended, asks again.
   * @param onlyDue leaves those out whose challenge period has not begun.
   * @param chainId leaves those out that are on another chain; undefined: none.
   * @throws the first failure, once all that can be finished is.
   */
  async finishAll(onlyDue = false, chainId?: bigint): Promise<Exit[]> {
    const closing = (await this.list()).filter(({ status }) => status === "closing");
    const here = closing.filter((record) => chainId === undefined || record.chainId === chainId);
    return forEach(here, async (record) => {
      const { deposit, closesAt } = await this.factsOf(record);
      if (deposit === 0n || (onlyDue && closesAt === 0n)) return undefined;
      return closesAt === 0n ? this.close(record) : this.finalize(record);
    });
  }

  /** Drops channels that the development chain does not know (any more); see `forgetGone`. @returns what was dropped. */
  async forget(chainId: bigint): Promise<ChannelRecord[]> {
    const chain = await this.chains.get(chainId);
    return this.transactions.alone(chainId, async () => forgetGone(chain, this.book, await this.list()));
  }

  async #adopt(chainId: bigint, manager: KnownManager, adoption: Adoption): Promise<ChannelRecord[]> {
    const chain = await this.chains.get(chainId);
    return adoptChannels({ book: this.book, chain }, manager, this.wallet.address, adoption);
  }

  #isSignedByUs(terms: Terms): boolean {
    return terms.sender === this.wallet.address && this.wallet.keyOf(senderSide(terms)) !== undefined;
  }

  async #deposit(chain: Chain, record: ChannelRecord, amount: bigint, sponsor?: Sponsor): Promise<ChannelRecord> {
    const isMade = sponsor !== undefined && (await depositSponsored(record, amount, sponsor, this.#context(chain)));
    if (!isMade) await deposit({ ...record, chain }, amount, this.transactions, this.#options.via);
    return refreshGrown({ book: this.book, chain }, record);
  }

  #context(chain: Chain) {
    const { fetch = platformFetch, allowInsecure = false } = this.#options;
    return { book: this.book, chain, wallet: this.wallet, fetch, allowInsecure };
  }

  async #exit(record: ChannelRecord): Promise<ExitContext> {
    const chain = await this.chains.get(record.chainId);
    const transact: ExitContext["transact"] = (doing, to, data) =>
      this.transactions.alone(chain.chainId, (outbox) => outbox.send(doing, { to, data: data as Hex }));
    return { ...this.#context(chain), transact };
  }
}
