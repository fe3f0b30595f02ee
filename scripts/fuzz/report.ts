import { inspect } from "node:util";

/** Failures told in full; the rest is counted. */
const TOLD = 20;

/** What was tried, and what broke a promise. */
export class Report {
  tried = 0;
  failed = 0;

  /** Says what went wrong, and how to see it again. */
  fail(what: string, input: unknown, error?: unknown): void {
    this.failed++;
    if (this.failed > TOLD) return;
    console.error(`\nFAILED ${what}\n  input: ${inspect(input, { maxStringLength: 600, depth: 6, breakLength: 120 })}`);
    if (error !== undefined)
      console.error(`  ${error instanceof Error ? (error.stack ?? error.message) : inspect(error)}`);
  }
}
