import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { say } from "../process/child.ts";

/** What a server process says of itself. */
export interface Sample {
  /** CPU time of all its threads since it began, µs. */
  readonly cpu: number;
  /** Requests whose handler ran. */
  readonly served: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

/** Counts the requests whose handler ran. */
export const counter = { served: 0 };

function sample(): Sample {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, served: counter.served, rss: process.memoryUsage.rss() };
}

/** Milliseconds for which connections may rest: longer than it takes until a server has its next turn. */
const KEEP_ALIVE = 600_000;

/** Tells the parent that the server listens, and answers `sample` from then on. */
export function ready(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE;
  process.on("message", (message: { kind: string }) => {
    if (message.kind === "sample") say({ kind: "sample", ...sample() });
  });
  process.on("SIGTERM", () => process.exit(0));
  say({ kind: "ready", port: (server.address() as AddressInfo).port });
}
