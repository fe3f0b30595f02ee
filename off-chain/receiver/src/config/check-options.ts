import { z } from "zod";
import { RefusedToStart } from "../refused-to-start.ts";
import { timeout } from "../timeout.ts";
import type { ReceiverOptions } from "./options.ts";
import {
  API_TOKEN,
  API_TOKEN_REMEDY,
  chainNumber,
  common,
  decimals,
  gasEconomics,
  level,
  path,
  plainRoutes,
  priced,
  served,
  sold,
} from "./parts.ts";
import { describe, missing } from "./problems.ts";

const isAmount = (value: unknown) => typeof value === "bigint" && value >= 0n;
const isFunction = (value: unknown) => typeof value === "function";

const amount = z.custom(isAmount, "Give a bigint from 0 up in the token's smallest unit, such as 10n ** 16n.");
const wei = z.custom(isAmount, "Give a bigint from 0 up in wei, such as 10n ** 17n.");
const price = z.custom(
  (value) => isAmount(value) || isFunction(value),
  "Give a bigint from 0 up in the token's smallest unit, such as 10n ** 16n, or a function.",
);
const func = z.custom(isFunction, "Give a function.");
const pem = z.union([path, z.instanceof(Buffer)], { error: "Give the name of a file, or PEM." });

/** Not looked at any closer here: a key must not be repeated, and addresses have a parser that names them. */
const text = z.string();

const route = z.union([...plainRoutes(price), z.strictObject({ ...served(price), handler: func })], {
  error: "A route has a price, and one of file, directory, upstream or handler.",
});

/** Every option, as it must be. What is not named is refused, so that a misspelt name does not go unnoticed. */
const optionsSchema = z.strictObject({
  rpc: z.union([text, z.array(text)], { error: "Give the URL of a node of the chain, or a list of URLs." }),
  rpcTimeoutMs: timeout(1).optional(),
  chainId: z.union([z.bigint().positive(), chainNumber], { error: "Give a number." }).optional(),
  contract: text,
  token: text,
  decimals: decimals.optional(),
  receiver: text.optional(),
  keys: z.strictObject({ agreement: text.optional(), gas: text.optional() }).optional(),
  store: path.optional(),
  recover: z.boolean().optional(),
  routes: z.record(z.string(), route).optional(),
  ...priced(amount, wei),
  gas: z.strictObject({ maxFeePerGas: wei.optional(), ...gasEconomics(amount) }).optional(),
  apiToken: text.regex(API_TOKEN, API_TOKEN_REMEDY).optional(),
  tls: z.strictObject({ cert: pem, key: pem }).optional(),
  forwardAuth: z.strictObject({ secret: text, routes: z.record(z.string(), z.strictObject(sold(price))) }).optional(),
  log: z
    .union([level, z.custom((value) => isFunction((value as { child?: unknown } | null)?.child))], {
      error: "Give silent, error, warn, info or debug, or a logger of pino.",
    })
    .optional(),
  now: func.optional(),
  ...common,
} satisfies Record<keyof ReceiverOptions, z.ZodType>);

/**
 * Checks what a program has given, which from JavaScript may be anything.
 * @throws RefusedToStart that names every option that is wrong, and never repeats its value.
 */
export function checkOptions(options: ReceiverOptions): void {
  const result = optionsSchema.safeParse(options, { error: missing });
  if (result.success) return;
  throw new RefusedToStart(
    `The options are not as they should be:\n${describe(result.error.issues, "the options")}`,
    "The type ReceiverOptions says what each of them is; docs/operations.md explains most under the same names.",
  );
}
