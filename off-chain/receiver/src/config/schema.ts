import { parseAddress, parseAmount } from "@rmps/proofs";
import { parseEther } from "ethers";
import { z } from "zod";
import { parsedBy } from "../parsed-from.ts";
import {
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

const address = parsedBy(parseAddress);

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

const route = z.union([...plainRoutes(amount), z.strictObject({ ...served(amount.optional()), module: path })], {
  error: "A route has a price, and one of file, directory, upstream or module.",
});

/** The configuration file. What is not named is refused, so that a misspelt name does not go unnoticed. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  rpc: z.union([rpcUrl, z.array(rpcUrl).min(1, "Give the URL of a node of the chain.")], {
    error: "Give the URL of a node of the chain, or a list of URLs.",
  }),
  chainId: chainNumber.optional(),
  contract: address,
  token: address,
  /** Of the token, for prices in tokens; compared with what the token says. */
  decimals: decimals.default(18),
  receiver: address.optional(),
  keys: z.strictObject({ agreement: key.optional(), gas: key.optional() }).default({}),
  store: path.optional(),
  routes: z
    .record(z.string(), route)
    .refine((routes) => Object.keys(routes).every((name) => name.startsWith("/")), "Every path starts with /.")
    .default({}),
  ...priced(amount, wei),
  gas: z.strictObject({ maxFeeGwei: z.number().positive().optional(), ...gasEconomics(amount) }).optional(),
  apiTokenFile: path.optional(),
  tls: z.strictObject({ cert: path, key: path }).optional(),
  forwardAuth: z
    .strictObject({
      secretFile: path,
      routes: z.record(z.string().startsWith("/", "A path starts with /."), z.strictObject(sold(amount))),
    })
    .optional(),
  log: level.optional(),
  ...common,
});

/** A configuration file as it was read. */
export type Config = z.output<typeof configSchema>;

/** One thing that is sold, as the file has it. */
export type ConfigRoute = z.output<typeof route>;

/** An amount, as the file has it. */
export type ConfigAmount = z.output<typeof amount>;
