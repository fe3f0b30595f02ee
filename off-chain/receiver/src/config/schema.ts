import { parseAddress, parseAmount, ParseError } from "@rmps/proofs";
import { parseEther } from "ethers";
import { z } from "zod";
import { doorSchema } from "../door/schema.ts";

/** Turns a parser of ours into a zod type whose message carries the remedy. */
function parsedBy<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      context.addIssue({ code: "custom", message: `${error.message}. ${error.remedy}` });
      return z.NEVER;
    }
  });
}

const address = parsedBy(parseAddress);
const seconds = z.number().int().positive();
const path = z.string().min(1);

/** An amount: whole smallest units, or a decimal number of tokens followed by the word `token`. */
const amount = z.union(
  [
    z
      .string()
      .regex(/^\d+(\.\d+)? tokens?$/)
      .transform((text) => ({ tokens: text.split(" ")[0]! })),
    parsedBy(parseAmount).transform((units) => ({ units })),
  ],
  { error: 'Write "20000000000000000" for smallest units, or "0.02 token".' },
);

/** Coins of the chain: whole wei, or a decimal number followed by the word `coin`. */
const wei = z.union(
  [
    z
      .string()
      .regex(/^\d+(\.\d{1,18})? coins?$/)
      .transform((text) => parseEther(text.split(" ")[0]!)),
    parsedBy(parseAmount),
  ],
  { error: 'Write "50000000000000000" for wei, or "0.05 coin".' },
);

/** The name of a key's file is written to logs: a key itself must not stand there. */
const keyFile = path.refine((text) => !/^(0x)?[\da-f]{64}$/i.test(text), {
  error: "This is a key. Put it into a file of mode 0600, and name that.",
});

const key = z.union(
  [keyFile.transform((file) => ({ file })), z.strictObject({ file: keyFile, passwordFile: path.optional() })],
  { error: 'A key is the name of its file, or { "file": …, "passwordFile": … }; never the key itself.' },
);

const rpcUrl = z.url({
  protocol: /^(https?|wss?)$/,
  error: "An RPC URL starts with http://, https://, ws:// or wss://, and names a host.",
});

const sold = {
  price: amount,
  description: z.string().optional(),
  methods: z.array(z.string().regex(/^[A-Z]+$/, "Methods are written in capitals.")).optional(),
  free: z.array(z.string().regex(/^[A-Z]+$/, "Methods are written in capitals.")).optional(),
};

/** What a server answers itself may also be kept from this origin. */
const served = { ...sold, sandbox: z.boolean().optional() };

const route = z.union(
  [
    z.strictObject({ ...served, file: path, status: z.number().int().min(200).max(599).optional() }),
    z.strictObject({ ...served, directory: path }),
    z.strictObject({
      ...served,
      upstream: z.url({ protocol: /^https?$/ }),
      headers: z.record(z.string(), z.string()).optional(),
      timeoutMs: z.number().int().positive().optional(),
    }),
    z.strictObject({ ...served, price: amount.optional(), module: path }),
  ],
  { error: "A route has a price, and one of file, directory, upstream or module." },
);

/** The configuration file. What is not named is refused, so that a misspelt name does not go unnoticed. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  rpc: z.union([rpcUrl, z.array(rpcUrl).min(1)], { error: "Give the URL of a node of the chain, or a list of URLs." }),
  chainId: z.number().int().positive().optional(),
  contract: address,
  token: address,
  /** Of the token, for prices in tokens; compared with what the token says. */
  decimals: z.number().int().min(0).max(36).default(18),
  receiver: address.optional(),
  keys: z.strictObject({ agreement: key.optional(), gas: key.optional() }).default({}),
  store: path.optional(),
  host: z.string().optional(),
  port: z.number().int().min(0).max(65535).optional(),
  routes: z
    .record(z.string(), route)
    .refine((sold) => Object.keys(sold).every((path) => path.startsWith("/")), "Every path starts with /.")
    .default({}),
  confirmations: z
    .union([z.number().int().min(0), z.enum(["safe", "finalized"])], {
      error: 'Write a number of blocks, "safe" or "finalized".',
    })
    .optional(),
  challengePeriod: z
    .strictObject({ min: seconds.optional(), max: seconds.optional(), offered: seconds.optional() })
    .optional(),
  minDeposit: amount.optional(),
  deploymentBlock: z.number().int().min(0).optional(),
  pollMs: z.number().int().min(10).optional(),
  claims: z
    .strictObject({
      threshold: amount.optional(),
      exposure: amount.optional(),
      age: seconds.optional(),
      every: seconds.optional(),
    })
    .optional(),
  gas: z
    .strictObject({
      maxFeeGwei: z.number().positive().optional(),
      tokensPerCoin: amount.optional(),
      multiple: z.number().positive().optional(),
      resendMs: z.number().int().min(100).optional(),
    })
    .optional(),
  sponsor: z
    .strictObject({ budget: wei, maxCost: wei.optional(), minDeposit: amount, fee: amount.optional() })
    .optional(),
  agreementLifetime: seconds.optional(),
  apiTokenFile: path.optional(),
  cors: z.array(z.string()).optional(),
  tls: z.strictObject({ cert: path, key: path }).optional(),
  origin: z.url({ protocol: /^https?$/ }).optional(),
  gatewayPath: z
    .string()
    .regex(/^(\/[\w.~-]+)+$/, "A path such as /api/1, without a slash at the end.")
    .optional(),
  forwardAuth: z
    .strictObject({
      secretFile: path,
      routes: z.record(z.string().startsWith("/", "A path starts with /."), z.strictObject(sold)),
    })
    .optional(),
  door: doorSchema.optional(),
  web: z
    .union([z.literal(false), z.strictObject({ demoRpc: z.url({ protocol: /^https?$/ }).optional() })], {
      error: 'Write false, or { "demoRpc": "http://…" }.',
    })
    .optional(),
  log: z.enum(["silent", "error", "warn", "info", "debug"]).optional(),
});

/** A configuration file as it was read. */
export type Config = z.output<typeof configSchema>;

/** One thing that is sold, as the file has it. */
export type ConfigRoute = z.output<typeof route>;

/** An amount, as the file has it. */
export type ConfigAmount = z.output<typeof amount>;
