import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { NodeSettings } from "./node.ts";

/** A node that runs. */
export interface RunningNode {
  readonly url: string;
  readonly process: ChildProcess;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<void>;
}

/** How often a node is started before that counts as a failure: a supervisor does not give up at once either. */
const STARTS = 3;

/** Nodes over one store, any of which may be dead. */
export class Fleet {
  readonly #settings: NodeSettings;
  readonly nodes: (RunningNode | undefined)[];
  kills = 0;

  constructor(settings: NodeSettings, size: number) {
    this.#settings = settings;
    this.nodes = new Array<undefined>(size).fill(undefined);
  }

  /** Starts those that are dead. @throws where one does not start: a store that a crash has broken. */
  async start(): Promise<void> {
    await Promise.all(
      this.nodes.map(async (node, i) => {
        if (node === undefined) this.nodes[i] = await this.#supervise(i);
      }),
    );
  }

  /** Kills a node without warning, and waits until it is gone. */
  async kill(index: number): Promise<void> {
    const node = this.nodes[index];
    if (node === undefined) return;
    node.process.kill("SIGKILL");
    await node.ended;
  }

  async stop(): Promise<void> {
    for (let i = 0; i < this.nodes.length; i++) await this.kill(i);
  }

  async #supervise(index: number): Promise<RunningNode> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#launch(index);
      } catch (error) {
        if (attempt === STARTS) throw error;
      }
    }
  }

  async #launch(index: number): Promise<RunningNode> {
    const child = spawn(process.execPath, [join(import.meta.dirname, "node.ts"), JSON.stringify(this.#settings)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => {
        if (this.nodes[index] !== undefined) this.kills++; // one that never started was not killed at work
        this.nodes[index] = undefined;
        resolve();
      });
    });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`A node did not start (exit ${code ?? "by a signal"}).`)));
    });
    return { url: `http://127.0.0.1:${port}`, process: child, ended };
  }
}
