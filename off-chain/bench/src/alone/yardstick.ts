/** What one verification by libsecp256k1 itself costs, asked for again and again while servers are measured. */
import { say } from "../process/child.ts";
import { verifications } from "../micro/proofs.ts";
import { times } from "../micro/case.ts";

/** What it answers to `verify`. */
export interface Verification {
  /** CPU time, µs. */
  readonly cpu: number;
}

/** Verifications for each answer: some thirty milliseconds' worth. */
const COUNT = 500;

const [verify] = verifications();
process.on("SIGTERM", () => process.exit(0));
process.on("message", () => {
  times(verify!, COUNT).then(
    (cpu) => say({ kind: "verified", cpu }),
    (error: unknown) => say({ kind: "failed", reason: String(error) }),
  );
});
