import { createRequire } from "node:module";
import type { Curve } from "./curve.ts";

type Bindings = typeof import("secp256k1");

/**
 * libsecp256k1 through the `secp256k1` package's own bindings, or undefined where they do not load.
 * The package's main entry would silently put a slow JavaScript curve in their place, so that it is not used.
 */
export function loadNativeCurve(): Curve | undefined {
  let bindings: Bindings;
  try {
    bindings = createRequire(import.meta.url)("secp256k1/bindings.js") as Bindings;
    bindings.contextRandomize(crypto.getRandomValues(new Uint8Array(32))); // blinds signing against side channels
  } catch {
    return undefined;
  }
  return {
    name: "libsecp256k1",

    isPrivateKey: (key) => bindings.privateKeyVerify(key),

    publicKey: (key) => bindings.publicKeyCreate(key, false),

    sign(digest, key) {
      const { signature, recid } = bindings.ecdsaSign(digest, key);
      return { rs: signature, parity: recid };
    },

    recover(digest, rs, parity, out) {
      try {
        bindings.ecdsaRecover(rs, parity, digest, false, out);
        return true;
      } catch {
        return false;
      }
    },
  };
}
