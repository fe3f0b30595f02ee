import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import type { ReceiverOptions } from "@rmps/receiver";

import type { LocalChain } from "./local-chain.ts";

/** What can be changed about the shop; it goes through a pipe, so values only. */
export type ShopOptions = Pick<ReceiverOptions, "store" | "port" | "apiToken" | "door">;

/** The shop's process at one moment, after its garbage was collected. */
export interface ShopState {
  /** Bytes. */
  readonly memory: Readonly<Record<"rss" | "heapUsed" | "heapTotal" | "external" | "arrayBuffers", number>>;
  /** Sums over all channels, in the token's smallest unit. */
  readonly books: Readonly<{ spent: bigint; accepted: bigint; settled: bigint; open: number; closed: number }>;
}

export type ToShop =
  | {
      readonly kind: "open";
      readonly chain: Pick<LocalChain, "url" | "chainId" | "manager" | "token">;
      readonly options: ShopOptions;
    }
  | { readonly kind: "state" | "stop" };

export type FromShop =
  { readonly kind: "open"; readonly url: string } | { readonly kind: "state"; readonly state: ShopState };

/** The shop in a process of its own. */
export interface ShopProcess {
  readonly url: string;
  readonly pid: number;
  /** Whether it still runs. */
  alive(): boolean;
  /** Errors that it logged, and what it wrote to standard error. */
  complaints(): string;
  state(): Promise<ShopState>;
  /** @returns its exit code; null where a signal ended it. */
  stop(): Promise<number | null>;
}

/** Opens the shop of `npm start`, behind the whole of its door, in a process of its own. */
export async function startShopProcess(chain: LocalChain, options: ShopOptions): Promise<ShopProcess> {
  const child = fork(join(import.meta.dirname, "shop-child.ts"), {
    execArgv: ["--expose-gc"],
    serialization: "advanced",
    silent: true,
  });
  let complaints = "";
  const listen = (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-100_000));
  child.stdout!.on("data", listen);
  child.stderr!.on("data", listen);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));

  /** Sends a message and waits for its answer; one at a time. */
  async function ask<K extends FromShop["kind"]>(message: ToShop, kind: K): Promise<Extract<FromShop, { kind: K }>> {
    const answer = new Promise<FromShop>((resolve) => child.once("message", (reply) => resolve(reply as FromShop)));
    child.send(message);
    const reply = await Promise.race([answer, ended]);
    if (reply === null || typeof reply === "number") throw new Error(`The shop ended (${reply}):\n${complaints}`);
    if (reply.kind !== kind) throw new Error(`The shop answered ${reply.kind} to ${kind}.`);
    return reply as Extract<FromShop, { kind: K }>;
  }

  const { url, chainId, manager, token } = chain;
  const place = { url, chainId, manager, token };
  const opened = await ask({ kind: "open", chain: place, options }, "open");
  return {
    url: opened.url,
    pid: child.pid!,
    alive: () => isAlive(child),
    complaints: () => complaints,
    state: async () => (await ask({ kind: "state" }, "state")).state,
    async stop() {
      if (isAlive(child)) child.send({ kind: "stop" });
      return ended;
    },
  };
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
