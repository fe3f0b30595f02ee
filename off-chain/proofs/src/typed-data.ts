import type { Manager } from "./manager.ts";
import type { Address } from "./parse.ts";
import { DOMAIN_NAME, DOMAIN_VERSION } from "./domain.ts";

/** EIP-712 domain as wallets take it. */
export interface TypedDataDomain {
  name: string;
  version: string;
  chainId: bigint;
  verifyingContract: Address;
}

export interface TypedDataField {
  name: string;
  type: string;
}

const withDeadline = (): TypedDataField[] => [
  { name: "channelId", type: "bytes32" },
  { name: "amount", type: "uint256" },
  { name: "deadline", type: "uint256" },
];

/**
 * The messages for wallets, as ethers (`signTypedData(domain(manager), types.BalanceProof, message)`) and viem
 * (`{ domain, types, primaryType, message }`) take them. Each entry of `types` holds its own struct alone, since
 * ethers refuses types that are not used.
 */
export const typedData = {
  domain: ({ chainId, contract }: Manager): TypedDataDomain => ({
    name: DOMAIN_NAME,
    version: DOMAIN_VERSION,
    chainId,
    verifyingContract: contract,
  }),
  types: {
    BalanceProof: {
      BalanceProof: [
        { name: "channelId", type: "bytes32" },
        { name: "balance", type: "uint256" },
      ] as TypedDataField[],
    },
    ClosingAgreement: { ClosingAgreement: withDeadline() },
    CloseRequest: { CloseRequest: withDeadline() },
  },
};
