import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ChannelManager__factory, MicroToken__factory, type ChannelManager, type MicroToken } from "@rmps/contracts";
import {
  channelId,
  encodeTerms,
  signBalanceProof,
  signCloseRequest,
  ZERO_ADDRESS,
  type Address,
  type Hex,
  type Terms,
} from "@rmps/proofs";
import { JsonRpcProvider, NonceManager, hexlify, parseEther, randomBytes } from "ethers";

import { hardhatAccount } from "../../../scripts/lib/hardhat-accounts.ts";
import { startProcess, type RunningProcess } from "./process.ts";

export { hardhatAccount as account } from "../../../scripts/lib/hardhat-accounts.ts";
export { eventually } from "../../../off-chain/receiver/test/support/eventually.ts";

export const CHAIN_ID = 31337n;
export const HOUR = 3600;
export const prices = {
  "/doggo.jpg": parseEther("0.02"),
  "/kitten.jpg": parseEther("0.01"),
  "/teapot.jpg": parseEther("0.03"),
  "/test.txt": parseEther("0.1"),
} as const;

/** The operator's token of the shop. */
export const OPERATOR = "the-operator-of-the-shop";

/** `npm start` on free ports and a store of its own, with what tests need to pay by hand. */
export interface Shop {
  readonly url: string;
  readonly rpc: string;
  readonly process: RunningProcess;
  readonly provider: JsonRpcProvider;
  readonly token: MicroToken;
  readonly manager: ChannelManager;
  readonly contract: Address;
  readonly receiver: Address;
  readonly home: string;
  stop(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const home = mkdtempSync(join(tmpdir(), "rmps-"));
  const running = startProcess(["scripts/start.ts"], {
    PORT: "0",
    RPC_PORT: "0",
    RMPS_STORE: join(home, "receiver.sqlite"),
    RMPS_API_TOKEN: OPERATOR,
  });
  await running.printed(/RMPS is ready/);
  const told = (name: string) => running.output().match(new RegExp(`^\\s*${name}\\s+(\\S+)`, "m"))![1]!;
  const rpc = told("Chain");
  const provider = new JsonRpcProvider(rpc, CHAIN_ID, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 });
  return {
    url: told("Shop"),
    rpc,
    process: running,
    provider,
    token: MicroToken__factory.connect(told("Token"), provider),
    manager: ChannelManager__factory.connect(told("Contract"), provider),
    contract: told("Contract").toLowerCase() as Address,
    receiver: told("Receiver").toLowerCase() as Address,
    home,
    async stop() {
      provider.destroy();
      await running.stop();
      rmSync(home, { recursive: true });
    },
  };
}

export interface OpenChannel {
  readonly terms: Terms;
  readonly id: Hex;
  readonly wallet: NonceManager;
  /** Signs for a total. */
  proof(balance: bigint): Hex;
  closeRequest(amount: bigint, deadline: bigint): Hex;
}

/** Opens a channel by ERC-223 transfer, with the sender's own key, as the shop offers it. */
export async function openChannel(
  shop: Pick<Shop, "provider" | "token" | "manager" | "contract" | "receiver">,
  index: number,
  deposit = parseEther("10"),
  changes: Partial<Terms> = {},
): Promise<OpenChannel> {
  const key = hardhatAccount(index);
  const wallet = new NonceManager(key.connect(shop.provider));
  const terms: Terms = {
    sender: key.address.toLowerCase() as Address,
    senderSigner: ZERO_ADDRESS,
    receiver: shop.receiver,
    receiverSigner: ZERO_ADDRESS,
    token: (await shop.token.getAddress()).toLowerCase() as Address,
    challengePeriod: HOUR,
    salt: hexlify(randomBytes(32)) as Hex,
    ...changes,
  };
  const where = { chainId: CHAIN_ID, contract: shop.contract };
  const id = channelId(terms, where);
  const transfer = shop.token.connect(wallet)["transfer(address,uint256,bytes)"];
  await (await transfer(shop.contract, deposit, encodeTerms(terms))).wait();
  return {
    terms,
    id,
    wallet,
    proof: (balance) => signBalanceProof({ ...where, channelId: id, balance }, key.privateKey as Hex),
    closeRequest: (amount, deadline) =>
      signCloseRequest({ ...where, channelId: id, amount, deadline }, key.privateKey as Hex),
  };
}

/** The three RDN headers of a payment. */
export function payment(channel: OpenChannel, balance: bigint, proof = channel.proof(balance)): Record<string, string> {
  return {
    "RDN-Channel-Id": channel.id,
    "RDN-Sender-Balance": balance.toString(),
    "RDN-Balance-Signature": proof,
  };
}

/** The refusal code of a problem document: what its `type` ends with. */
export async function refusal(response: Response): Promise<string> {
  const { type } = (await response.json()) as { type: string };
  return type.slice(Math.max(type.lastIndexOf("/"), type.lastIndexOf(":"), type.lastIndexOf("#")) + 1);
}
