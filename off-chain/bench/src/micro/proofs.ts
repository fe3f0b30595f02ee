import { createRequire } from "node:module";
import {
  addressOf,
  balanceProofDigest,
  channelId,
  createVerifier,
  currentCurve,
  signBalanceProof,
  type BalanceProof,
  type Hex,
} from "@rmps/proofs";
import { TypedDataEncoder, Wallet } from "ethers";
import { hashTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { MANAGER, PRICE, payerKey, termsOf } from "../world.ts";
import type { Case } from "./case.ts";

/** The part of libsecp256k1 that is the yardstick; the same bindings that the proofs package loads. */
interface Secp256k1 {
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, key: Uint8Array): boolean;
  ecdsaRecover(signature: Uint8Array, parity: number, digest: Uint8Array, compressed: boolean): Uint8Array;
}

const key = payerKey(0);
const signer = addressOf(key);
const id = channelId(termsOf(0), MANAGER);
const domain = {
  name: "RMPS Channel Manager",
  version: "1",
  chainId: Number(MANAGER.chainId),
  verifyingContract: MANAGER.contract,
};
const types = {
  BalanceProof: [
    { name: "channelId", type: "bytes32" },
    { name: "balance", type: "uint256" },
  ],
};
const proofs = Array.from({ length: 256 }, (_, turn): BalanceProof & { signature: Hex } => {
  const proof = { ...MANAGER, channelId: id, balance: PRICE * BigInt(turn + 1) };
  return { ...proof, signature: signBalanceProof(proof, key) };
});
const raw = proofs.map((proof) => ({
  digest: Buffer.from(balanceProofDigest(proof).slice(2), "hex"),
  rs: Buffer.from(proof.signature.slice(2, 130), "hex"),
  parity: Number.parseInt(proof.signature.slice(130), 16) - 27,
}));

let turn = 0;
const next = (): number => (turn = (turn + 1) % proofs.length);

/** Hashing a proof by EIP-712. */
export const hashes: readonly Case[] = [
  { name: "hash: ours", run: () => balanceProofDigest(proofs[next()]!) },
  {
    name: "hash: viem",
    run: () => hashTypedData({ domain, types, primaryType: "BalanceProof", message: { ...proofs[next()]! } }),
  },
  {
    name: "hash: ethers",
    run: () => {
      const { channelId, balance } = proofs[next()]!;
      return TypedDataEncoder.hash(domain, types, { channelId, balance });
    },
  },
];

const account = privateKeyToAccount(key);
const wallet = new Wallet(key);

/** Signing a proof with a raw key. */
export const signings: readonly Case[] = [
  { name: "sign: ours", run: () => signBalanceProof(proofs[next()]!, key) },
  {
    name: "sign: viem",
    run: () => account.signTypedData({ domain, types, primaryType: "BalanceProof", message: { ...proofs[next()]! } }),
  },
  {
    name: "sign: ethers",
    run: () => {
      const { channelId, balance } = proofs[next()]!;
      return wallet.signTypedData(domain, types, { channelId, balance });
    },
  },
];

/** Checking a proof: the curve's own work, and ours from the texts in the headers to the answer. */
export function verifications(): readonly Case[] {
  if (currentCurve().name !== "libsecp256k1") throw new Error("the native curve does not load here");
  const native = createRequire(import.meta.url)("secp256k1/bindings.js") as Secp256k1;
  const publicKey = currentCurve().publicKey(Buffer.from(key.slice(2), "hex"));
  const verifier = createVerifier(MANAGER);
  return [
    {
      name: "libsecp256k1 verify",
      run: () => {
        const { digest, rs } = raw[next()]!;
        if (!native.ecdsaVerify(rs, digest, publicKey)) throw new Error("not verified");
      },
    },
    {
      name: "libsecp256k1 recover",
      run: () => {
        const { digest, rs, parity } = raw[next()]!;
        return native.ecdsaRecover(rs, parity, digest, false);
      },
    },
    {
      name: "verify: ours",
      run: () => {
        const { channelId, balance, signature } = proofs[next()]!;
        if (!verifier.verifyBalanceProof(channelId, balance, signature, signer)) throw new Error("not verified");
      },
    },
  ];
}
