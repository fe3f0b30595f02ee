import { ParseError } from "@rmps/proofs";

import type { Random } from "../../lib/random.ts";
import { mutate } from "../mutate.ts";

/** A parser with chance for its input; throws where it does not keep its promise. @returns the input, for the report. */
export type Target = (random: Random) => { readonly input: unknown; readonly run: () => void };

/** A parser does not keep its promise. */
export class Broken extends Error {}

export function must(condition: boolean, promise: string): void {
  if (!condition) throw new Broken(promise);
}

/** A value or a `ParseError`; the value is in its one form, and is parsed to itself. */
export function parses<T>(parse: (text: string) => T, seeds: readonly string[], write: (value: T) => string): Target {
  return (random) => {
    const input = mutate(random.pick(seeds), random);
    return {
      input,
      run() {
        let value: T;
        try {
          value = parse(input);
        } catch (error) {
          if (error instanceof ParseError) return;
          throw error;
        }
        const text = write(value);
        must(write(parse(text)) === text, "what was parsed is parsed to itself");
        must(text.toLowerCase() === input.toLowerCase(), "nothing but the case may differ");
      },
    };
  };
}

/** A `false` for all but the signature itself. */
export function verifies(verify: (signature: never) => boolean, signature: string): Target {
  return (random) => {
    const input = mutate(signature, random);
    return {
      input,
      run() {
        const good = verify(input as never);
        must(typeof good === "boolean", "the verdict is a boolean");
        must(!good || input.toLowerCase() === signature, "no other text is that signature");
      },
    };
  };
}

/** Bytes in their one form. */
export const HEX = /^0x(?:[0-9a-f]{2})+$/;
