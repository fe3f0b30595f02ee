import { channelId, type Terms } from "@rmps/proofs";
import { RpcError, RpcUnavailable } from "../chain/rpc/errors.ts";
import type { SettlerLoop } from "../chain/settler/loop.ts";
import { gasLimitFor } from "../chain/settler/fees.ts";
import { min } from "../ledger/account.ts";
import type { Ledger } from "../ledger/types.ts";
import { CLOSED } from "../store/channel.ts";
import { StoreUnavailable } from "../store/error.ts";
import type { Sponsorship } from "../store/sponsorships.ts";
import type { Store } from "../store/store.ts";
import { depositCall } from "./calls.ts";
import { BUDGET_PERIOD, objectionTo, validUntil } from "./policy.ts";
import { tell } from "../tell.ts";
import { simulate } from "./simulation.ts";
import { keccak256Hex, MAX_SPONSORED, type Submission } from "./submission.ts";
import type { PlainCode, SponsorPolicy, SponsorRefusal, SponsorRequest, SponsorVerdict } from "./types.ts";

/** Requests that are looked at, at once: each costs the node a few calls. */
const MAX_ASKING = 8;

/** How often, and after how many milliseconds each, the store is asked whether the node that leads has sent it. */
const LOOKS = { times: 40, pauseMs: 250 };

export interface DeskOptions {
  readonly policy: SponsorPolicy;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly settler: SettlerLoop;
  readonly submission: Submission;
  /** Unix seconds on the chain's clock. */
  readonly time: () => number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told what broke, where that was answered with a refusal. */
  readonly onError: (error: unknown) => void;
}

/** Takes requests to pay the gas of a sender's deposit. */
export class SponsorDesk {
  readonly policy: SponsorPolicy;
  readonly #options: DeskOptions;
  #asking = 0;
  /** Refusals of this process, by code. */
  readonly refused = new Map<SponsorRefusal["code"], number>();

  constructor(options: DeskOptions) {
    this.#options = options;
    this.policy = options.policy;
  }

  /**
   * Answers as soon as the transaction's hash is known, and with the same one however often it is asked. Whatever costs
   * money is durable before. Never rejects: what breaks is a refusal.
   */
  async ask(request: SponsorRequest): Promise<SponsorVerdict> {
    const verdict = await this.#guarded(request);
    if (verdict.kind === "refused") this.refused.set(verdict.code, (this.refused.get(verdict.code) ?? 0) + 1);
    return verdict;
  }

  async #guarded(request: SponsorRequest): Promise<SponsorVerdict> {
    if (this.#asking >= MAX_ASKING) return refuse("busy");
    this.#asking++;
    try {
      return await this.#decide(request);
    } catch (error) {
      tell(this.#options.onError, error);
      if (error instanceof StoreUnavailable) return refuse("store-unavailable");
      if (error instanceof RpcUnavailable || error instanceof RpcError) return refuse("chain-unavailable");
      throw error;
    } finally {
      this.#asking--;
    }
  }

  async #decide(request: SponsorRequest): Promise<SponsorVerdict> {
    const { policy, ledger, store, now, time } = this.#options;
    const id = channelId(request.terms, ledger.manager);
    const data = depositCall(request);
    const wanted: Sponsorship = {
      key: keccak256Hex(data),
      channelId: id,
      sender: request.terms.sender,
      amount: request.amount,
      fee: request.fee,
      data,
      validUntil: Number(min(validUntil(request), BigInt(Number.MAX_SAFE_INTEGER))),
      cost: policy.maxCost,
      state: "stored",
      transaction: undefined,
      createdAt: now(),
    };
    const known = await store.sponsorships.find(wanted.key);
    if (known !== undefined) return this.#answer(known);
    const ours = (terms: Terms) => ledger.ours(terms);
    const objection = objectionTo(request, policy, ours, time()) ?? (await this.#standing(wanted));
    if (objection !== undefined) return objection;
    const outcome = await store.sponsorships.add(wanted, this.#limits);
    return outcome.kind === "refused" ? refuse(outcome.reason) : this.#answer(outcome.sponsorship);
  }

  /** What the books and the chain have against it. What costs least to find out comes first. */
  async #standing(wanted: Sponsorship): Promise<SponsorRefusal | undefined> {
    const { policy, ledger, store, settler } = this.#options;
    const { account } = settler;
    if (ledger.unavailable() !== undefined) return refuse("chain-unavailable");
    const books = await store.sponsorships.standing(wanted, this.#limits);
    if (books?.kind === "refused") return refuse(books.reason);
    const channel = await store.channel(wanted.channelId);
    if (channel?.closesAt === CLOSED) return refuse("channel-closed");
    if (channel !== undefined && (channel.closesAt !== 0 || channel.agreement !== undefined)) {
      return refuse("channel-closing");
    }
    if (settler.isShort(policy.maxCost)) return refuse("gas-money-short");
    const underWay = (await settler.unfinished()).filter(
      ({ purpose, state }) => purpose === "sponsor" && state === "pending",
    );
    if (underWay.length >= MAX_SPONSORED) return refuse("busy");
    const trial = await simulate(account, ledger.manager.contract, wanted.data, wanted.channelId);
    if (trial.kind === "reverts") return { kind: "refused", code: "would-fail", reason: trial.reason };
    return gasLimitFor(trial.gas) * (await account.price()) > policy.maxCost ? refuse("too-costly") : undefined;
  }

  /** Sees to it that one that is stored is sent, and answers with its transaction. */
  async #answer({ key }: Sponsorship): Promise<SponsorVerdict> {
    const { store, settler, submission } = this.#options;
    for (let look = 0; look < LOOKS.times; look++) {
      const now = await store.sponsorships.find(key);
      if (now === undefined) break;
      const { state, transaction, channelId: id, fee } = now;
      if (state === "failed") return { kind: "refused", code: "sponsorship-failed", transaction };
      if (state !== "stored" && transaction !== undefined) {
        return { kind: "sponsored", channelId: id, transaction, fee };
      }
      const sending = await settler.between((situation) => submission.send(now, situation));
      if (sending?.kind === "reverts") return { kind: "refused", code: "would-fail", reason: sending.reason };
      if (sending?.kind === "waits") break;
      if (sending === undefined) await new Promise((resolve) => setTimeout(resolve, LOOKS.pauseMs));
    }
    return refuse("sponsorship-pending");
  }

  get #limits() {
    return { budget: this.policy.budget, period: BUDGET_PERIOD };
  }
}

function refuse(code: PlainCode): SponsorRefusal {
  return { kind: "refused", code };
}
