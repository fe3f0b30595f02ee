import type { Address, Hex, PrivateKey } from "@rmps/proofs";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.ts";
import type { AgreementSigner } from "../../ledger/types.ts";
import type { ChannelRecord } from "../../store/channel.ts";
import type { Store } from "../../store/store.ts";
import type { QueuedTransaction } from "../../store/transactions.ts";
import { Heartbeat } from "../heartbeat.ts";
import type { Rpc } from "../rpc/rpc.ts";
import type { Watcher } from "../watcher/watcher.ts";
import { ClosingChannels } from "./closing-channels.ts";
import type { Errand, ErrandTools } from "./errand.ts";
import type { Situation } from "./fates.ts";
import { GasAccount } from "./gas-account.ts";
import { GasWatch } from "./gas-watch.ts";
import { Outbox } from "./outbox.ts";
import type { ClaimPolicy, Economics } from "./policy.ts";
import { Settler } from "./settler.ts";
import { viewOf } from "./view.ts";

/** After so many milliseconds of failures the alarm rings. */
const FAILING = 60_000;

export interface SettlerLoopOptions {
  readonly rpc: Rpc;
  readonly store: Store;
  readonly watcher: Watcher;
  readonly alarms: Alarms;
  readonly contract: Address;
  readonly chainId: bigint;
  /** Of the account that pays for gas. */
  readonly key: PrivateKey;
  readonly signer: AgreementSigner | undefined;
  readonly pollMs: number;
  readonly resendMs: number;
  readonly maxFeePerGas: bigint | undefined;
  readonly claims: ClaimPolicy;
  readonly economics: Omit<Economics, "gasPrice">;
  /** What shares the queue, and comes after everything else. */
  readonly errand?: ((tools: ErrandTools) => Errand) | undefined;
  readonly log: Logger;
  readonly now: () => number;
  /** Calls the listener after each look at the chain. @returns how to stop it. */
  readonly onRound: (listener: (changed: readonly Hex[]) => void) => () => void;
}

/** Runs the settler whenever the chain was looked at, on the node that leads, and lets operators give orders. */
export class SettlerLoop {
  readonly #options: SettlerLoopOptions;
  readonly #settler: Settler;
  readonly #outbox: Outbox;
  readonly #gas: GasWatch;
  readonly #beat: Heartbeat;
  readonly #closing: ClosingChannels;
  readonly #errand: Errand | undefined;
  /** The account that pays for gas. */
  readonly account: GasAccount;

  constructor(options: SettlerLoopOptions) {
    const { rpc, chainId, key, store, alarms, contract, now, log, resendMs, maxFeePerGas } = options;
    const account = new GasAccount(rpc, chainId, key);
    this.#options = options;
    this.account = account;
    this.#gas = new GasWatch(account, alarms, now);
    const onChange = async (row: QueuedTransaction) => this.#errand?.follow(row);
    this.#outbox = new Outbox({ store: store.transactions, account, resendMs, maxFeePerGas, log, now, onChange });
    this.#errand = options.errand?.({ account, outbox: this.#outbox, gas: this.#gas });
    this.#closing = new ClosingChannels(store, now);
    this.#settler = new Settler({
      store,
      closing: this.#closing,
      contract,
      outbox: this.#outbox,
      gas: this.#gas,
      alarms,
      claims: options.claims,
      economics: options.economics,
      gasAddress: account.address,
      signer: options.signer,
      log,
    });
    const failed = (error: unknown) => this.#failed(error);
    this.#beat = new Heartbeat(() => this.#round(), options.pollMs * 2, failed, now);
  }

  /** Wei that the gas account has, as last seen. */
  get gasMoney(): bigint | undefined {
    return this.#gas.balance;
  }

  /** Since when rounds have failed, Unix milliseconds; undefined while they do not. */
  get failingSince(): number | undefined {
    return this.#beat.failingSince;
  }

  /** Transactions sent by this process, by purpose. */
  get sent(): ReadonlyMap<QueuedTransaction["purpose"], number> {
    return this.#settler.sent;
  }

  /** Transactions that are not final. @throws StoreUnavailable */
  unfinished(): Promise<QueuedTransaction[]> {
    return this.#outbox.unfinished();
  }

  start(): void {
    const onHead = (listener: () => void) =>
      this.#options.onRound((changed) => {
        this.#closing.note(changed);
        listener();
      });
    this.#beat.start({ onHead });
  }

  /** One round now. @throws as `Settler.round`. */
  round(): Promise<void> {
    return this.#beat.fresh();
  }

  /**
   * Settles, or closes, one channel at the operator's word, apart from the rounds.
   * @returns undefined where there is nothing to do.
   * @throws RpcUnavailable, StoreUnavailable
   */
  order(what: "settle" | "close", channel: ChannelRecord): Promise<QueuedTransaction | undefined> {
    return this.between((situation) =>
      what === "settle" ? this.#settler.settleNow(channel, situation) : this.#settler.close(channel, situation),
    );
  }

  /**
   * Does something with the queue, apart from the rounds.
   * @returns undefined on a node that does not lead.
   * @throws RpcUnavailable, StoreUnavailable, and as `work` does.
   */
  between<T>(work: (situation: Situation) => Promise<T>): Promise<T | undefined> {
    return this.#beat.between(async () => {
      const situation = await this.#situation();
      return situation && work(situation);
    });
  }

  /** Whether so much wei cannot be spared, as far as is known here: only the node that leads knows. */
  isShort(wei: bigint): boolean {
    const { alarms, watcher } = this.#options;
    if (alarms.rings("gas-money") || alarms.rings("gas-money-low")) return true;
    return watcher.leading && this.#gas.balance !== undefined && this.#gas.spare < wei;
  }

  async stop(): Promise<void> {
    await this.#beat.stop();
  }

  async #round(): Promise<void> {
    const { watcher, alarms, store } = this.#options;
    if (!watcher.leading) {
      this.#settler.forget();
      // It sells too, and must not where the account that they share could not defend a channel.
      await this.#gas.look(undefined, async () => (await store.totals()).open, false);
    }
    const view = await viewOf(watcher, store.chain);
    if (view === undefined) return;
    await this.#settler.round(view);
    alarms.set("settler", false, "");
    await this.#runErrand();
  }

  /** Whatever goes wrong with it, disputes are not to be held up. */
  async #runErrand(): Promise<void> {
    const errand = this.#errand;
    if (errand === undefined) return;
    try {
      const situation = await this.#situation();
      if (situation !== undefined) await errand.round(situation);
    } catch (error) {
      this.#options.log.warn({ err: error }, "cannot sponsor; trying again");
    }
  }

  #failed(error: unknown): void {
    const { alarms, log, now } = this.#options;
    log.warn({ err: error }, "cannot settle; trying again");
    const since = this.#beat.failingSince ?? now();
    if (now() - since > FAILING) alarms.set("settler", true, `The settler has failed for a minute: ${String(error)}.`);
  }

  async #situation(): Promise<Situation | undefined> {
    const { watcher, store } = this.#options;
    const view = await viewOf(watcher, store.chain);
    if (view === undefined) return undefined;
    const { block: head, ...rest } = view;
    const channels = async () => (await store.totals()).open;
    const market = await this.#gas.look(head.baseFeePerGas, channels, this.#outbox.outOfMoney);
    return { market, head, ...rest };
  }
}
