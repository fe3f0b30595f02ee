/** A problem (RFC 9457) of this receiver, with what to do about it. */
export interface ProblemFacts {
  readonly status: number;
  /** Names the kind of problem; `urn:rmps:problem:<code>` on the wire. */
  readonly code: string;
  readonly title: string;
  /** What is wrong and how to mend it, in a sentence or two. */
  readonly detail: string;
  /** Facts for programs, such as `spent`. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/** The document that tells of a problem. */
export function problemDocument({ status, code, title, detail, extra }: ProblemFacts): string {
  return JSON.stringify({ type: `urn:rmps:problem:${code}`, title, status, detail, code, ...extra });
}
