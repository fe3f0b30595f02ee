// Entry for Node: the same as in browsers (browser.ts), with the fast implementations put in place where they load.
import { setCurve } from "./curve/current.ts";
import { loadNativeCurve } from "./curve/native.ts";
import { setKeccak } from "./keccak/keccak.ts";
import { loadWasmKeccak } from "./keccak/wasm.ts";

export * from "./api.ts";

const native = loadNativeCurve();
if (native !== undefined) setCurve(native);

// WebAssembly compiles asynchronously. Nothing waits for it (a top-level await would keep CommonJS from loading this
// module): until it is there, a few milliseconds later, hashes are computed in JavaScript.
void loadWasmKeccak().then((wasm) => {
  if (wasm !== undefined) setKeccak(wasm);
});
