import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { rmps, type Run } from "./command.ts";
import { useWorld, type World } from "./world.ts";

/** A world in which the command is run, with a state folder of its own for each test. */
export interface CliWorld extends World {
  readonly home: string;
  /** Runs `rmps` as Hardhat's account #2. */
  run(...args: string[]): Promise<Run>;
  /** Runs `rmps` without a key, with further environment variables. */
  runWith(env: Record<string, string>, ...args: string[]): Promise<Run>;
  /** What a run printed as JSON. */
  json(run: Run): unknown;
}

/** To be called in a `describe`. */
export function useCliWorld(): CliWorld {
  const world = useWorld();
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "rmps-cli-"));
  });
  afterEach(() => rm(home, { recursive: true }));
  const runWith = (env: Record<string, string>, ...args: string[]) =>
    rmps(args, { RMPS_STATE: home, RMPS_RPC: world.chain.url, ...env });
  return {
    get chain() {
      return world.chain;
    },
    seller: (options) => world.seller(options),
    sender: (options) => world.sender(options),
    get home() {
      return home;
    },
    run: (...args) => runWith({}, ...args, "--account", "2"),
    runWith,
    json: (run) => JSON.parse(run.stdout.toString()) as unknown,
  };
}
