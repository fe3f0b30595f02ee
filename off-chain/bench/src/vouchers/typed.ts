import { currentCurve, parsePrivateKey, type Hex } from "@rmps/proofs";
import { hashTypedData, type TypedDataDomain } from "viem";

/** A voucher of another protocol as EIP-712 knows it. */
export interface TypedVoucher {
  readonly domain: TypedDataDomain;
  readonly types: { readonly Voucher: readonly { readonly name: string; readonly type: string }[] };
  readonly message: Record<string, unknown>;
}

/** Signs another protocol's voucher with our fast curve: preparing is not what is measured. */
export function signVoucher({ domain, types, message }: TypedVoucher, key: Hex): Hex {
  const digest = hashTypedData({ domain, types, primaryType: "Voucher", message });
  const { rs, parity } = currentCurve().sign(Buffer.from(digest.slice(2), "hex"), parsePrivateKey(key));
  return `0x${Buffer.from(rs).toString("hex")}${(27 + parity).toString(16)}`;
}
