/** The part that needs no HTTP, in a process of its own, on the server's core. */
import { join } from "node:path";
import { dataDirectory, open, seed } from "../ours/receiver.ts";
import { say, settings } from "../process/child.ts";
import { CONNECTIONS } from "../world.ts";
import { ratio, time, type Cost, type Timing } from "./case.ts";
import { commits, type Commits } from "./commits.ts";
import { ledgerStep, wholeCheck, wire } from "./ledger.ts";
import { hashes, signings, verifications } from "./proofs.ts";
import { mppxCheck, x402Check } from "./rivals.ts";

/** What it says to its parent. */
export interface MicroResult {
  readonly costs: readonly Cost[];
  readonly commits: readonly Commits[];
  /** How many times libsecp256k1's own verification our verification costs. */
  readonly aboveCurve: number;
  /** How many times our check the rivals' checks cost. */
  readonly x402: number;
  readonly mppx: number;
}

const { timing, commitMs } = settings<{ timing: Timing; commitMs: number }>();

const store = await open(join(dataDirectory(), "micro.sqlite"));
await seed(store, CONNECTIONS);
const verify = await time([...verifications(), await wholeCheck(store)], timing);
const rivals = await time([await wholeCheck(store), await x402Check(), await mppxCheck()], timing);
const others = await time([...hashes, ...signings, ...wire(), await ledgerStep(store)], timing);

const waves: Commits[] = [];
for (const atOnce of [1, 16, 64, 256]) waves.push(await commits(store, atOnce, commitMs));
await store.close();

const [curve, , ours] = verify;
const [whole, x402, mppx] = rivals;
const result: MicroResult = {
  costs: [...others, ...verify, x402!, mppx!],
  commits: waves,
  aboveCurve: ratio(ours!, curve!),
  x402: ratio(x402!, whole!),
  mppx: ratio(mppx!, whole!),
};
say({ kind: "result", ...result });
process.disconnect?.();
