import { ParseError } from "@rmps/proofs";
import { z } from "zod";

/** Turns a parser of ours into a zod type, so that its remedy becomes part of the message. */
export function parsedFrom<Given, T>(given: z.ZodType<Given>, parse: (value: Given) => T) {
  return given.transform((value, context) => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      context.addIssue({ code: "custom", message: `${error.message}. ${error.remedy}` });
      return z.NEVER;
    }
  });
}

/** The same of a parser that takes text. */
export const parsedBy = <T>(parse: (text: string) => T) => parsedFrom(z.string(), parse);
