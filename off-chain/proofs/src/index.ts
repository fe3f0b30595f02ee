// Entry for Node: the same as in browsers (browser.ts), with the fast implementations put in place where they load.
import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { setCurve } from "./curve/current.ts";
import { loadNativeCurve } from "./curve/native.ts";
import { setSha256 } from "./hash.ts";
import { setKeccak } from "./keccak/keccak.ts";
import { loadWasmKeccak } from "./keccak/wasm.ts";

export * from "./api.ts";

const native = loadNativeCurve();
if (native !== undefined) setCurve(native);

// Making a key object costs four times the HMAC itself, and who asks has one key: the last one is remembered.
let remembered: { readonly bytes: Uint8Array; readonly key: KeyObject } | undefined;

function keyObject(bytes: Uint8Array): KeyObject {
  if (remembered === undefined || Buffer.compare(remembered.bytes, bytes) !== 0) {
    remembered = { bytes: bytes.slice(), key: createSecretKey(bytes) };
  }
  return remembered.key;
}

setSha256({
  hash: (data) => new Uint8Array(createHash("sha256").update(data).digest()),
  hmac: (key, data) => new Uint8Array(createHmac("sha256", keyObject(key)).update(data).digest()),
});

// WebAssembly compiles asynchronously. Nothing waits for it (a top-level await would keep CommonJS from loading this
// module): until it is there, a few milliseconds later, hashes are computed in JavaScript.
void loadWasmKeccak().then((wasm) => {
  if (wasm !== undefined) setKeccak(wasm);
});
