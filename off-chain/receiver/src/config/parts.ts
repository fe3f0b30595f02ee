import { z } from "zod";
import { doorSchema } from "../door/schema.ts";
import { isOrigin } from "../paywall/cors.ts";

export const seconds = z.number().int().positive();
export const path = z.string().min(1);

/** Longest time that a timer is set for: a day. Node's own, past 24 days, would go off at once. */
const LONGEST = 86_400_000;

/** Milliseconds that something is waited for. */
export const timeout = (least: number) => z.number().int().min(least).max(LONGEST);

const httpUrl = z.url({ protocol: /^https?$/, error: "Write an HTTP URL, such as http://127.0.0.1:8080." });
const methods = z.array(z.string().regex(/^[A-Z]+$/, "Methods are written in capitals.")).optional();

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
