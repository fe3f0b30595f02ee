import { DIALECTS, writeRefusal } from "@rmps/wire";
import type { ChannelView, DialectName, Offer, Refusal } from "@rmps/wire";
import type { SenderView } from "../ledger/types.ts";
import { tell } from "../tell.ts";
import { CHALLENGE_LIFETIME, digestOf } from "./challenge.ts";
import { plainPage } from "./page.ts";
import type { PaywallOptions, RefusedRequest, RequestFacts, Sale } from "./types.ts";

/** Seconds after which a client that was not served for our sake may try again. */
const RETRY_AFTER: Partial<Record<Refusal["code"], number>> = {
  busy: 1,
  "chain-unavailable": 10,
  "store-unavailable": 2,
};

/** A request, what it asks for, and what that is offered for. */
export interface Asked {
  readonly request: RequestFacts;
  readonly sale: Sale;
  readonly offer: Offer;
}

/** Writes the answers to requests that are not served. */
export class Refuser {
  readonly #options: PaywallOptions;
  readonly #dialects: readonly DialectName[];

  constructor(options: PaywallOptions) {
    this.#options = options;
    this.#dialects = options.dialects ?? DIALECTS;
  }

  /** The offer, to who did not try to pay; a page for a browser. */
  async unpaid(asked: Asked): Promise<RefusedRequest> {
    const { request, sale, offer } = asked;
    // While nothing can be sold, nothing is offered.
    const code = this.#options.ledger.unavailable() ?? "payment-required";
    const refused = await this.refuse(asked, { code });
    if (refused.status !== 402 || !wantsPage(request)) return refused;
    const { ledger, currency, page = plainPage } = this.#options;
    const { body, headers } = page({
      price: sale.price,
      description: sale.description,
      currency,
      chainId: ledger.manager.chainId,
      contract: ledger.manager.contract,
      token: offer.token,
      receiver: offer.receiver,
      receiverSigner: offer.receiverSigner,
      challengePeriod: offer.challengePeriod,
      suggestedDeposit: offer.suggestedDeposit ?? 0n,
      gatewayPath: offer.gatewayPath ?? "",
      url: request.url(),
      crossSite: !OWN_WILL.includes(request.header("sec-fetch-site")),
    });
    return { ...refused, headers: { ...refused.headers, ...headers }, body };
  }

  /**
   * A refusal, with what the client needs to go on.
   * @param dialect that it tried to pay in.
   * @param view    of its channel, for the channel's sender alone.
   */
  async refuse(
    { request, sale, offer }: Asked,
    refusal: Refusal,
    dialect?: DialectName,
    view?: SenderView,
  ): Promise<RefusedRequest> {
    const { challengeKey, onDecision, now = Date.now } = this.#options;
    tell(onDecision, { outcome: refusal.code, dialect, price: sale.price });
    const retryAfter = refusal.retryAfter ?? RETRY_AFTER[refusal.code];
    const dialects = this.#offered(request.secure);
    const digest = dialects.includes("payment") ? await digestOf(request) : undefined;
    const { status, headers, problem } = writeRefusal(
      {
        offer,
        ...(refusal.code !== "payment-required" && {
          refusal: { ...refusal, ...(retryAfter !== undefined && { retryAfter }) },
        }),
        ...(view !== undefined && { channel: toChannelView(view) }),
      },
      {
        url: request.url(),
        // What HEAD asks about is the price of GET; HEAD itself can never be paid.
        method: request.method === "HEAD" ? "GET" : request.method,
        expires: now() + CHALLENGE_LIFETIME,
        ...(sale.description !== undefined && { description: sale.description }),
        ...(digest !== undefined && { digest }),
      },
      { challengeKey, dialects },
      dialect,
    );
    if (status === 402) headers["Vary"] = "Accept, Origin";
    return { kind: "refused", status, headers, body: JSON.stringify(problem) };
  }

  #offered(secure: boolean): readonly DialectName[] {
    return secure ? this.#dialects : this.#dialects.filter((name) => name !== "payment");
  }
}

function toChannelView({ channelId, sender, accepted, spent, deposit, signature }: SenderView): ChannelView {
  return { channelId, sender, accepted, spent, deposit, ...(signature !== undefined && { proof: signature }) };
}

/** `Sec-Fetch-Site` of who came by a link of ours or by themselves; browsers of old do not say. */
const OWN_WILL: readonly (string | undefined)[] = ["same-origin", "none", undefined];

/** Whether the client asks for HTML by name, as browsers do when they navigate. */
function wantsPage({ method, header }: RequestFacts): boolean {
  return (method === "GET" || method === "HEAD") && /(?:^|,)\s*text\/html\s*(?:[,;]|$)/i.test(header("accept") ?? "");
}
