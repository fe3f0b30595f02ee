import { ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import type { ChannelView, Offer, OutgoingPayment, Receipt, RequestContext } from "../../src/index.ts";

const filled = (byte: string, length: number): Hex => `0x${byte.repeat(length)}`;

export const contract = filled("c0", 20);
export const token = filled("70", 20);
export const receiver = filled("4e", 20);
export const signer = filled("51", 20);
export const sender = filled("5e", 20);
export const channelId = filled("1d", 32);

/** Of the right form: r and s below half of the order, v 27. */
export const signature: Hex = `0x${"11".repeat(32)}${"22".repeat(32)}1b`;

export const offer: Offer = {
  gatewayPath: "/api/1",
  price: 20_000_000_000_000_000n,
  manager: { chainId: 31337n, contract },
  token,
  receiver,
  receiverSigner: ZERO_ADDRESS,
  challengePeriod: 3600,
};

export const channel: ChannelView = {
  channelId,
  sender,
  accepted: 40n,
  spent: 30n,
  deposit: 2n ** 112n - 1n,
  proof: signature,
};

export const payment: OutgoingPayment = { channelId, balance: 20n, signature };

export const request: RequestContext = {
  url: "https://shop.example/doggo.jpg",
  method: "GET",
  description: "A good dog – ein guter Hund",
  expires: Date.UTC(2030, 0, 1),
};

export const receipt: Receipt = {
  gatewayPath: "/api/1",
  cost: 20n,
  manager: offer.manager,
  receiver,
  sender,
  channelId,
  accepted: 40n,
  spent: 30n,
  timestamp: Date.UTC(2030, 0, 1),
};
