import { z } from "zod";
import { timeout } from "../timeout.ts";
import { createClients } from "./client.ts";

const rate = z.union(
  [z.literal(false), z.strictObject({ perSecond: z.number().positive(), burst: z.number().int().min(1) })],
  { error: 'Write false, or { "perSecond": 20, "burst": 100 }.' },
);
const count = z.number().int().min(1);
const milliseconds = timeout(100);

function isNetwork(text: string): boolean {
  try {
    createClients([text]);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The door in a configuration file. */
export const doorSchema = z.strictObject({
  trustedProxies: z
    .array(z.string().refine(isNetwork, "Write an address or a network, such as 10.0.0.7 or 10.0.0.0/8."))
    .optional(),
  perAddress: rate.optional(),
  perChannel: rate.optional(),
  maxInFlight: count.optional(),
  maxConnections: count.optional(),
  maxConnectionsPerAddress: count.optional(),
  maxHeaderBytes: count
    .min(1024)
    .max(1024 * 1024)
    .optional(),
  maxBodyBytes: count.optional(),
  headersTimeoutMs: milliseconds.optional(),
  requestTimeoutMs: milliseconds.optional(),
  silenceTimeoutMs: milliseconds.optional(),
  maxLagMs: milliseconds.optional(),
});
