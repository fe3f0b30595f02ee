import { InMemoryChannelStorage } from "@x402/evm/batch-settlement/server";
import { CONNECTIONS, DEPOSIT } from "../world.ts";
import { channelOf } from "./x402-channel.ts";

/** x402's memory store in which every channel is open and its record on the chain was read just now. */
export async function seededStorage(): Promise<InMemoryChannelStorage> {
  const storage = new InMemoryChannelStorage();
  for (let index = 0; index < CONNECTIONS; index++) {
    const { config, id } = channelOf(index);
    await storage.updateChannel(id, () => ({
      channelId: id,
      channelConfig: config,
      chargedCumulativeAmount: "0",
      signedMaxClaimable: "0",
      signature: "0x",
      balance: String(DEPOSIT),
      totalClaimed: "0",
      withdrawRequestedAt: 0,
      refundNonce: 0,
      onchainSyncedAt: Date.now(),
      lastRequestTimestamp: Date.now(),
    }));
  }
  return storage;
}
