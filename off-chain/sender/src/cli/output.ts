import type { Hex } from "@rmps/proofs";
import type { Surroundings } from "./surroundings.ts";

/** Writes for people on a terminal, for programs elsewhere. */
export interface Output {
  /** Whether results are JSON. */
  readonly json: boolean;
  /** One result: JSON for programs, `text` for people. */
  result(value: unknown, text: string): void;
  /** Rows of results. */
  table(values: unknown[], rows: string[][], header: string[]): void;
  /** A remark, on standard error. */
  note(text: string): void;
}

/** A channel's id as people read it: enough of it to tell channels apart. */
export function shortId(id: Hex): string {
  return `${id.slice(0, 10)}…`;
}

/** JSON of anything that holds bigints: they become decimal strings. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part), indent);
}

/** @param json asked for; without it, standard output decides: a terminal is for people. */
export function createOutput(json: boolean | undefined, { stdout, stderr }: Surroundings): Output {
  const forPrograms = json ?? stdout.isTTY !== true;
  return {
    json: forPrograms,
    result(value, text) {
      stdout.write(`${forPrograms ? toJson(value, 2) : text}\n`);
    },
    table(values, rows, header) {
      if (forPrograms) return void stdout.write(`${toJson(values, 2)}\n`);
      const all = [header, ...rows];
      const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
      for (const row of all) {
        const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
        stdout.write(`${cells.join("  ").trimEnd()}\n`);
      }
    },
    note(text) {
      stderr.write(`${text}\n`);
    },
  };
}
