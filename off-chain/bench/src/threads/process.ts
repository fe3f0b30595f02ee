/** Verification on the main thread, and by worker threads that get what arrives in batches, as a receiver would. */
import { Worker } from "node:worker_threads";
import { addressOf, createVerifier, type Address, type Hex } from "@rmps/proofs";
import { say, settings } from "../process/child.ts";
import { balanceOf, idOf, signatureOf } from "../vouchers/ours.ts";
import { CONNECTIONS, MANAGER, payerKey } from "../world.ts";

/** What a thread gets. */
export interface SignedProof {
  readonly channelId: Hex;
  readonly balance: bigint;
  readonly signature: Hex;
  readonly signer: Address;
}

/** What was seen with so many worker threads. */
export interface ThreadsResult {
  readonly workers: number;
  /** Verifications a second, by the clock on the wall. */
  readonly rate: number;
  /** CPU time of all threads for each, µs. */
  readonly cpu: number;
}

const { workers: counts, milliseconds } = settings<{ workers: readonly number[]; milliseconds: number }>();

const batch = Array.from({ length: CONNECTIONS }, (_, index): SignedProof => {
  const signer = addressOf(payerKey(index));
  return { channelId: idOf(index), balance: balanceOf(0), signature: signatureOf(index, 0), signer };
});

function check(results: readonly boolean[]): void {
  if (results.length !== batch.length || results.includes(false)) throw new Error("a proof was not verified");
}

async function onMainThread(until: number): Promise<number> {
  const verifier = createVerifier(MANAGER);
  let done = 0;
  while (performance.now() < until) {
    check(
      batch.map(({ channelId, balance, signature, signer }) =>
        verifier.verifyBalanceProof(channelId, balance, signature, signer),
      ),
    );
    done += batch.length;
    await new Promise(setImmediate);
  }
  return done;
}

/** Two batches are on their way to each worker, so that it never waits for the main thread. */
async function onWorkers(pool: readonly Worker[], until: number): Promise<number> {
  let done = 0;
  const lanes = pool.flatMap((worker) => {
    const waiting: ((results: readonly boolean[]) => void)[] = []; // Answers come in the order of the batches.
    worker.removeAllListeners("message").on("message", (results: readonly boolean[]) => waiting.shift()?.(results));
    const lane = async (): Promise<void> => {
      while (performance.now() < until) {
        const answer = new Promise<readonly boolean[]>((resolve) => waiting.push(resolve));
        worker.postMessage(batch);
        check(await answer);
        done += batch.length;
      }
    };
    return [lane(), lane()];
  });
  await Promise.all(lanes);
  return done;
}

const results: ThreadsResult[] = [];
for (const workers of counts) {
  const pool = Array.from({ length: workers }, () => new Worker(new URL("worker.ts", import.meta.url)));
  const run = (until: number): Promise<number> => (workers === 0 ? onMainThread(until) : onWorkers(pool, until));
  await run(performance.now() + milliseconds / 4);
  const [began, before] = [performance.now(), process.cpuUsage()];
  const done = await run(began + milliseconds);
  const { user, system } = process.cpuUsage(before);
  results.push({ workers, rate: (done / (performance.now() - began)) * 1000, cpu: (user + system) / done });
  await Promise.all(pool.map((worker) => worker.terminate()));
}
say({ kind: "result", results });
process.disconnect?.();
