/** A thread that checks batches of proofs. */
import { parentPort } from "node:worker_threads";
import { createVerifier } from "@rmps/proofs";
import { MANAGER } from "../world.ts";
import type { SignedProof } from "./process.ts";

const verifier = createVerifier(MANAGER);

parentPort?.on("message", (batch: readonly SignedProof[]) => {
  parentPort?.postMessage(
    batch.map(({ channelId, balance, signature, signer }) =>
      verifier.verifyBalanceProof(channelId, balance, signature, signer),
    ),
  );
});
