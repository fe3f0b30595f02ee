import type { DialectName } from "./payment.ts";
import { problemType } from "./payment-auth/problem-types.ts";
import { isRefusalCode, meaningOf, statusOf, type Refusal, type RefusalCode } from "./refusal.ts";

/** Media type of a problem document (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** An RFC 9457 problem document; the body of every refusal. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The code of the refusal: what programs look at, the same in all dialects. */
  readonly code: RefusalCode;
  /** What to do about it. */
  readonly remedy: string;
  readonly missingConfirmations?: number;
}

/**
 * The problem document of a refusal.
 * @param dialect of the request: in the `Payment` dialect `type` is one of the draft's.
 */
export function problem(refusal: Refusal, dialect?: DialectName): Problem {
  const { code, detail, remedy, missingConfirmations } = refusal;
  const meaning = meaningOf(code);
  return {
    type: dialect === "payment" ? problemType(refusal) : `urn:rmps:problem:${code}`,
    title: meaning.title,
    status: statusOf(code, dialect),
    detail: detail ?? `${meaning.title}.`,
    code,
    remedy: remedy ?? meaning.remedy,
    ...(missingConfirmations !== undefined && { missingConfirmations }),
  };
}

/**
 * The refusal in a parsed problem document.
 * @param body anything.
 * @returns undefined where it is no problem document of ours; never throws.
 */
export function readProblem(body: unknown): Refusal | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { code, detail, remedy, missingConfirmations } = body as Record<string, unknown>;
  if (!isRefusalCode(code)) return undefined;
  return {
    code,
    ...(typeof detail === "string" && { detail }),
    ...(typeof remedy === "string" && { remedy }),
    ...(isCount(missingConfirmations) && { missingConfirmations }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
