import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Curve } from "./curve.ts";

/** Pure JavaScript, for browsers and platforms without the native bindings: about twenty times slower. */
export const portableCurve: Curve = {
  name: "noble",

  isPrivateKey: (key) => secp256k1.utils.isValidSecretKey(key),

  publicKey: (key) => secp256k1.getPublicKey(key, false),

  sign(digest, key) {
    const signature = secp256k1.sign(digest, key, { prehash: false, lowS: true, format: "recovered" });
    return { rs: signature.subarray(1), parity: signature[0]! };
  },

  recover(digest, rs, parity, out) {
    try {
      const signature = secp256k1.Signature.fromBytes(rs, "compact").addRecoveryBit(parity);
      out.set(signature.recoverPublicKey(digest).toBytes(false));
      return true;
    } catch {
      return false;
    }
  },
};
