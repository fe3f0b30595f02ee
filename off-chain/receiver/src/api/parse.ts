import { parseAddress, parseAmount, parseHash, type Address, type Hex } from "@rmps/proofs";
import { readTerms } from "@rmps/wire";
import { z } from "zod";
import { missing } from "../config/problems.ts";
import { parsedBy, parsedFrom } from "../parsed-from.ts";
import type { SponsorRequest } from "../sponsor/types.ts";
import { malformed, type Problem } from "./problem.ts";

/** Longest signature that is taken, in hex digits: contract wallets' may be longer than 65 bytes. */
const MAX_SIGNATURE = 8192;

const seconds = z.union(
  [parsedBy(parseAmount), z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).transform(BigInt)],
  'Write Unix seconds, such as "1790000000".',
);

const HEX = `Write the signature as 0x and hex digits, at most ${MAX_SIGNATURE} of them.`;

const signature = z
  .string()
  .max(2 + MAX_SIGNATURE, HEX)
  .regex(/^0x([0-9a-fA-F]{2})*$/, HEX)
  .transform((text) => text.toLowerCase() as Hex);

const closeRequest = z.object(
  { amount: parsedBy(parseAmount), deadline: seconds, signature },
  "Send amount, deadline and signature of the sender side's CloseRequest as a JSON object.",
);

const authorization = z.discriminatedUnion("method", [
  z
    .strictObject({
      method: z.literal("erc3009"),
      valid_after: seconds,
      valid_before: seconds,
      nonce_salt: parsedBy(parseHash),
      signature,
    })
    .transform(({ valid_after: validAfter, valid_before: validBefore, nonce_salt: nonceSalt, ...same }) => {
      return { ...same, validAfter, validBefore, nonceSalt };
    }),
  z.strictObject({ method: z.literal("permit2"), nonce: parsedBy(parseAmount), deadline: seconds, signature }),
]);

const sponsorRequest = z.strictObject({
  terms: parsedFrom(z.unknown(), readTerms),
  amount: parsedBy(parseAmount),
  fee: parsedBy(parseAmount).default(0n),
  authorization,
});

const place = z.object({ sender: parsedBy(parseAddress), id: parsedBy(parseHash) });

const listing = z.object({
  status: z.enum(["open", "closing", "closed", "all"]).default("all"),
  after: parsedBy(parseHash).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** A parsed value, or the problem to answer with. */
export type Parsed<T> = { readonly value: T } | { readonly problem: Problem };

function parse<T>(schema: z.ZodType<T>, input: unknown): Parsed<T> {
  const result = schema.safeParse(input, { error: missing });
  if (result.success) return { value: result.data };
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  return { problem: malformed(`${where === "" ? "" : `${where}: `}${issue?.message ?? "not understood"}`) };
}

/** The body of a cooperative close. */
export const parseCloseRequest = (body: unknown): Parsed<z.output<typeof closeRequest>> => parse(closeRequest, body);

/** The body of a request to sponsor a deposit. */
export const parseSponsorRequest = (body: unknown): Parsed<SponsorRequest> => parse(sponsorRequest, body);

/** Sender and channel in a path. */
export const parsePlace = (params: unknown): Parsed<{ sender: Address; id: Hex }> => parse(place, params);

/** The sender in a path. */
export const parseSender = (params: unknown): Parsed<{ sender: Address }> =>
  parse(place.pick({ sender: true }), params);

/** The query of a list of channels. */
export const parseListing = (query: unknown): Parsed<z.output<typeof listing>> => parse(listing, query);
