import type { Writable } from "node:stream";

/** What the command finds around it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. A terminal (`isTTY`) is for people, anything else for programs. */
  readonly stdout: Writable & { readonly isTTY?: boolean };
  /** Remarks, receipts, errors. */
  readonly stderr: Writable;
}

/** Those of the process. */
export const PROCESS: Surroundings = { env: process.env, stdout: process.stdout, stderr: process.stderr };
