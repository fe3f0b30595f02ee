import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { ReceiverOptions } from "./config/options.ts";
import { RefusedToStart } from "./refused-to-start.ts";

/** What a server needs to speak TLS, read and tried out. */
export interface TlsSettings {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly minVersion: "TLSv1.2";
}

/** Reads certificate and key. @throws RefusedToStart where a file cannot be read, or the two do not belong together. */
export function tlsSettings(tls: NonNullable<ReceiverOptions["tls"]>): TlsSettings {
  const settings = { cert: pem("tls.cert", tls.cert), key: pem("tls.key", tls.key), minVersion: "TLSv1.2" } as const;
  try {
    createSecureContext(settings);
  } catch (error) {
    throw new RefusedToStart(
      `tls.cert and tls.key cannot be used together: ${(error as Error).message}.`,
      "Give the certificate chain and its own private key, both as PEM.",
      error,
    );
  }
  return settings;
}

/** PEM text itself, or what is in the file of that name. */
function pem(name: string, source: string | Buffer): string | Buffer {
  if (typeof source !== "string" || source.includes("-----BEGIN")) return source;
  try {
    return readFileSync(source);
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    throw new RefusedToStart(`${name}: ${source} cannot be read (${code}).`, "Check its path, owner and mode.", error);
  }
}
