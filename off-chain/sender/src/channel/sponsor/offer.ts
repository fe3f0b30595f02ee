import { parseAmount, ParseError } from "@rmps/proofs";
import { shortText } from "../../http/body.ts";
import { apiUrl, type ReceiverDesk } from "../receiver-api.ts";

/** How a deposit can be authorized without a transaction. */
export type SponsorMethod = "erc3009" | "permit2";

/** On what terms a receiver pays the gas of deposits. Amounts in the token's smallest unit. */
export interface Sponsoring {
  methods: SponsorMethod[];
  /** The least that it sponsors, the fee included. */
  minDeposit: bigint;
  /** Counts as spent from the first proof after the deposit. */
  fee: bigint;
}

/** Milliseconds after which a receiver that does not answer counts as unreachable. */
const TIMEOUT = 15_000;

/** Longest answer that is read, in bytes. */
const LONGEST = 10_000;

/** What a receiver says of sponsoring; undefined where it sponsors nothing, or does not answer. */
export async function readSponsoring(desk: ReceiverDesk): Promise<Sponsoring | undefined> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await desk.fetch(apiUrl(desk, "/stats"), { redirect: "error", signal });
    if (!answer.ok) return undefined;
    const { sponsoring } = JSON.parse((await shortText(answer, LONGEST)) ?? "") as { sponsoring?: unknown };
    return parseSponsoring(sponsoring);
  } catch {
    return undefined; // Whatever it is that answers, it is no sponsor.
  }
}

function parseSponsoring(value: unknown): Sponsoring | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { methods, min_deposit: minDeposit, fee } = value as Record<string, unknown>;
  if (!Array.isArray(methods) || typeof minDeposit !== "string" || typeof fee !== "string") {
    throw new ParseError("not as the API says", "");
  }
  const known = (["erc3009", "permit2"] as const).filter((method) => methods.includes(method));
  return { methods: known, minDeposit: parseAmount(minDeposit), fee: parseAmount(fee) };
}
