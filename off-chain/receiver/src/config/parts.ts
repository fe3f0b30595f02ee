import { z } from "zod";
import { doorSchema } from "../door/schema.ts";
import { isOrigin } from "../paywall/cors.ts";
import { timeout } from "../timeout.ts";

const seconds = z.number().int().positive();
export const path = z.string().min(1);

const httpUrl = z.url({ protocol: /^https?$/, error: "Write an HTTP URL, such as http://127.0.0.1:8080." });
const methods = z.array(z.string().regex(/^[A-Z]+$/, "Methods are written in capitals.")).optional();

/** Of a token. */
export const decimals = z.number().int().min(0).max(36);

/** The operator's token, which opens the books and closes channels. */
export const API_TOKEN = /^\S{20,}$/;
export const API_TOKEN_REMEDY =
  "The operator's token has 20 or more characters, and no blanks. Make one with: openssl rand -hex 32";

/** Of a chain. */
export const chainNumber = z.number().int().positive();

/**
 * What the file and the options of a program say alike, but for how amounts are written.
 * @param amount in the token's smallest unit. @param wei in coins of the chain.
 */
export const priced = <Amount extends z.ZodType, Wei extends z.ZodType>(amount: Amount, wei: Wei) => ({
  minDeposit: amount.optional(),
  claims: z
    .strictObject({
      threshold: amount.optional(),
      exposure: amount.optional(),
      age: seconds.optional(),
      every: seconds.optional(),
    })
    .optional(),
  sponsor: z
    .strictObject({ budget: wei, maxCost: wei.optional(), minDeposit: amount, fee: amount.optional() })
    .optional(),
});

/** What gas may cost, but for the most per gas. @param amount in the token's smallest unit. */
export const gasEconomics = <Amount extends z.ZodType>(amount: Amount) => ({
  tokensPerCoin: amount.optional(),
  multiple: z.number().positive().optional(),
  resendMs: z.number().int().min(100).optional(),
});

/** What the file and the options of a program say alike. */
export const common = {
  host: path.optional(),
  port: z.number().int().min(0).max(65535).optional(),
  confirmations: z
    .union([z.number().int().min(0), z.enum(["safe", "finalized"])], {
      error: 'Write a number of blocks, "safe" or "finalized".',
    })
    .optional(),
  challengePeriod: z
    .strictObject({ min: seconds.optional(), max: seconds.optional(), offered: seconds.optional() })
    .optional(),
  deploymentBlock: z.number().int().min(0).optional(),
  pollMs: timeout(10).optional(),
  agreementLifetime: seconds.optional(),
  cors: z
    .array(
      z
        .string()
        .refine(
          (text) => text === "*" || isOrigin(text),
          "Write scheme and host only, such as https://example.org; or *.",
        ),
    )
    .optional(),
  origin: z.string().refine(isOrigin, "Write scheme and host only, such as https://shop.example.").optional(),
  gatewayPath: z
    .string()
    .regex(/^(\/[\w.~-]+)+$/, "A path such as /api/1, without a slash at the end.")
    .optional(),
  door: doorSchema.optional(),
  web: z
    .union([z.literal(false), z.strictObject({ demoRpc: httpUrl.optional() })], {
      error: 'Write false, or { "demoRpc": "http://…" }.',
    })
    .optional(),
};

/** How much is logged. */
export const level = z.enum(["silent", "error", "warn", "info", "debug"]);

/** What all routes have. @param price as it is written where they are. */
export const sold = <Price extends z.ZodType>(price: Price) => ({
  price,
  description: z.string().optional(),
  methods,
  free: methods,
});

/** What a server answers itself may also be kept from this origin. */
export const served = <Price extends z.ZodType>(price: Price) => ({ ...sold(price), sandbox: z.boolean().optional() });

/** Routes without code: a file, a directory, another server. */
export const plainRoutes = <Price extends z.ZodType>(price: Price) =>
  [
    z.strictObject({ ...served(price), file: path, status: z.number().int().min(200).max(599).optional() }),
    z.strictObject({ ...served(price), directory: path }),
    z.strictObject({
      ...served(price),
      upstream: httpUrl,
      headers: z.record(z.string(), z.string()).optional(),
      timeoutMs: timeout(1).optional(),
    }),
  ] as const;
