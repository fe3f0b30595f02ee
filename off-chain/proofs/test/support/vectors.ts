import { readFileSync } from "node:fs";
import * as proofs from "../../src/index.ts";
import type {
  BalanceProof,
  CloseRequest,
  ClosingAgreement,
  Hex,
  PrivateKey,
  Terms,
  TypedDataSigner,
} from "../../src/index.ts";

type MessageType = "BalanceProof" | "ClosingAgreement" | "CloseRequest";

export interface MessageVector {
  name: string;
  type: MessageType;
  chainId: string;
  contract: Hex;
  message: { channelId: Hex; balance?: string; amount?: string; deadline?: string };
  digest: Hex;
  signer: Hex;
  signature: Hex;
}

export interface Vectors {
  accounts: { name: string; address: Hex; privateKey: Hex }[];
  domains: { chainId: string; contract: Hex; separator: Hex }[];
  channels: {
    name: string;
    chainId: string;
    contract: Hex;
    terms: Terms;
    encoded: Hex;
    id: Hex;
    senderSide: Hex;
    receiverSide: Hex;
    authorization: { nonceSalt: Hex; nonce: Hex };
  }[];
  messages: MessageVector[];
  negatives: MessageVector[];
}

export const file = new URL("../../../../test/vectors/vectors.json", import.meta.url);

export const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;

/** The message of a vector as the package takes it. */
export function messageOf(vector: MessageVector): Message {
  const { chainId, contract, message } = vector;
  const numbers = Object.entries(message).filter(([name]) => name !== "channelId");
  return {
    chainId: BigInt(chainId),
    contract,
    channelId: message.channelId,
    ...(Object.fromEntries(numbers.map(([name, value]) => [name, BigInt(value)])) as {
      balance: bigint;
      amount: bigint;
      deadline: bigint;
    }),
  };
}

type Message = BalanceProof & ClosingAgreement & CloseRequest;

/** The functions for each type of message, under one signature. */
export const functions: Record<
  MessageType,
  {
    digest: (message: Message) => Hex;
    verify: (message: Message, signature: string, signer: Hex) => boolean;
    sign: ((message: Message, key: PrivateKey) => Hex) & ((message: Message, key: TypedDataSigner) => Promise<Hex>);
  }
> = {
  BalanceProof: { digest: proofs.balanceProofDigest, verify: proofs.verifyBalanceProof, sign: proofs.signBalanceProof },
  ClosingAgreement: {
    digest: proofs.closingAgreementDigest,
    verify: proofs.verifyClosingAgreement,
    sign: proofs.signClosingAgreement,
  },
  CloseRequest: { digest: proofs.closeRequestDigest, verify: proofs.verifyCloseRequest, sign: proofs.signCloseRequest },
};
