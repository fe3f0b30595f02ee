import type * as HashWasm from "hash-wasm";
import type { Keccak } from "./keccak.ts";

/** Keccak-256 in WebAssembly, about six times faster, or undefined where it cannot be compiled. */
export async function loadWasmKeccak(): Promise<Keccak | undefined> {
  try {
    const { createKeccak }: typeof HashWasm = await import("hash-wasm");
    const hasher = await createKeccak(256);
    // Synchronous from init to digest, so that one hasher serves all.
    return (data) => hasher.init().update(data).digest("binary");
  } catch {
    return undefined;
  }
}
