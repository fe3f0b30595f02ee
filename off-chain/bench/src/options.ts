import { parseArgs } from "node:util";

/** The parts of the bench, in their order. */
export const PARTS = [
  "micro",
  "alone",
  "http",
  "profile",
  "concurrency",
  "nodes",
  "threads",
  "channels",
  "sync",
  "sender",
] as const;

/** Those that the short form leaves out, unless asked for by name: they explain, and promise nothing. */
const SLOW: readonly string[] = ["profile", "concurrency", "threads", "sender"];

/** One of them. */
export type Part = (typeof PARTS)[number];

/** What the command line asked for. */
export interface Options {
  /** Short runs, fewer contenders: under three minutes. */
  readonly quick: boolean;
  /** Prints the ratios beside those of `baseline.json`. */
  readonly compare: boolean;
  /** Writes `baseline.json`. */
  readonly save: boolean;
  /** Writes the tables and plots of docs/performance.md. */
  readonly docs: boolean;
  readonly parts: ReadonlySet<Part>;
}

const HELP = `npm run bench -- [options]

  --quick      short runs and fewer contenders: under three minutes
  --compare    print the ratios beside those of the committed baseline.json
  --save       write baseline.json
  --docs       write the tables and plots of docs/performance.md
  --only LIST  of ${PARTS.join(",")}
`;

/** Reads the command line; prints help and ends the process where that is asked for, or nothing can be made of it. */
export function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        compare: { type: "boolean", default: false },
        save: { type: "boolean", default: false },
        docs: { type: "boolean", default: false },
        only: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return { ...values, parts: partsOf(values) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

function partsOf({ only, quick }: { only?: string | undefined; quick: boolean }): Set<Part> {
  if (only !== undefined) return new Set(only.split(",").map(partOf));
  return new Set(PARTS.filter((part) => !quick || !SLOW.includes(part)));
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new Error(`There is no part ${name}.`);
  return part;
}
