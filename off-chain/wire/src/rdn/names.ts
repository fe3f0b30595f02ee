/** The RDN headers, by what they hold. */
export const RDN = {
  gatewayPath: "RDN-Gateway-Path",
  price: "RDN-Price",
  cost: "RDN-Cost",
  chainId: "RDN-Chain-Id",
  contract: "RDN-Contract-Address",
  token: "RDN-Token-Address",
  receiver: "RDN-Receiver-Address",
  receiverSigner: "RDN-Receiver-Signer",
  challengePeriod: "RDN-Challenge-Period",
  channelId: "RDN-Channel-Id",
  sender: "RDN-Sender-Address",
  balance: "RDN-Sender-Balance",
  signature: "RDN-Balance-Signature",
  spent: "RDN-Spent",
  deposit: "RDN-Deposit",
  nonexistingChannel: "RDN-Nonexisting-Channel",
  insufficientConfirmations: "RDN-Insufficient-Confirmations",
  invalidBalanceProof: "RDN-Invalid-Balance-Proof",
  invalidAmount: "RDN-Invalid-Amount",
} as const;

export type RdnHeader = (typeof RDN)[keyof typeof RDN];

/** Those that a request may bear. */
export const RDN_REQUEST: readonly RdnHeader[] = [
  RDN.channelId,
  RDN.balance,
  RDN.signature,
  RDN.price,
  RDN.contract,
  RDN.receiver,
  RDN.sender,
];
