/**
 * How the rivals check one voucher, HTTP and parsing left out: the very functions that their servers call, with their
 * memory stores, no chain to ask, the same vouchers again and again (which spares them writes, if anything).
 */
import { BATCH_SETTLEMENT_ADDRESS, BATCH_SETTLEMENT_DOMAIN, voucherTypes } from "@x402/evm";
import { BatchSettlementEvmScheme } from "@x402/evm/batch-settlement/server";
import { tempo } from "mppx/server";
import { Session } from "mppx/tempo";
import { getAddress } from "viem";
import { chainClient, seededStore } from "../rivals/mppx-state.ts";
import { seededStorage } from "../rivals/x402-state.ts";
import * as mppx from "../rivals/mppx-channel.ts";
import * as x402 from "../rivals/x402-channel.ts";
import { CONNECTIONS, PRICE, RECEIVER, payerKey } from "../world.ts";
import { signVoucher } from "../vouchers/typed.ts";
import type { Case } from "./case.ts";

let turn = 0;
const next = (): number => (turn = (turn + 1) % CONNECTIONS);
const indexes = Array.from({ length: CONNECTIONS }, (_, index) => index);

/** x402: binding of the id, the channel's record, and the signature, as before each request. */
export async function x402Check(): Promise<Case> {
  const receiver = getAddress(RECEIVER);
  const storage = await seededStorage();
  const scheme = new BatchSettlementEvmScheme(receiver, { storage, onchainStateTtlMs: 86_400_000 });
  const requirements = {
    scheme: "batch-settlement",
    network: x402.NETWORK,
    amount: String(PRICE),
    asset: x402.USDC,
    payTo: receiver,
    maxTimeoutSeconds: 60,
    extra: { name: "USDC", version: "2", receiverAuthorizer: receiver, withdrawDelay: 900 },
  };
  const domain = { ...BATCH_SETTLEMENT_DOMAIN, chainId: 84532, verifyingContract: BATCH_SETTLEMENT_ADDRESS };
  const payloads = indexes.map((index) => {
    const { config, id } = x402.channelOf(index);
    const message = { channelId: id, maxClaimableAmount: PRICE };
    const signature = signVoucher({ domain, types: voucherTypes, message }, payerKey(index));
    const voucher = { channelId: id, maxClaimableAmount: String(PRICE), signature };
    return { x402Version: 2, accepted: requirements, payload: { type: "voucher", channelConfig: config, voucher } };
  });
  return {
    name: "check: x402",
    run: async () => {
      const answer = await scheme.schemeHooks.onBeforeVerify({ paymentPayload: payloads[next()]!, requirements });
      if (answer?.result?.isValid !== true) throw new Error(`x402 refused its voucher: ${JSON.stringify(answer)}`);
    },
  };
}

/** mppx: what its session method does with a voucher, first to validate and then to accept it. */
export async function mppxCheck(): Promise<Case> {
  const method = tempo.session({
    chainId: mppx.CHAIN_ID,
    channelStateTtl: 86_400_000,
    currency: mppx.CURRENCY,
    getClient: chainClient,
    recipient: RECEIVER,
    store: await seededStore(),
    unitType: "request",
  });
  const request = {
    amount: String(PRICE),
    currency: mppx.CURRENCY,
    recipient: RECEIVER,
    unitType: "request",
    methodDetails: { chainId: mppx.CHAIN_ID, escrowContract: mppx.ESCROW, sessionProtocol: "v2" },
  };
  const { Voucher: vouchers } = Session.Precompile;
  const domain = vouchers.getVoucherDomain(mppx.ESCROW, mppx.CHAIN_ID);
  const credentials = indexes.map((index) => {
    const { descriptor, id } = mppx.channelOf(index);
    const message = { channelId: id, cumulativeAmount: PRICE };
    const signature = signVoucher({ domain, types: vouchers.voucherTypes, message }, payerKey(index));
    return {
      challenge: { id: "bench", realm: "localhost", method: "tempo", intent: "session", request },
      payload: { action: "voucher", channelId: id, cumulativeAmount: String(PRICE), descriptor, signature },
      source: `did:pkh:eip155:${mppx.CHAIN_ID}:${descriptor.payer}`,
    };
  });
  return {
    name: "check: mppx",
    run: async () => {
      const credential = credentials[next()]!;
      await method.validate({ credential, request });
      await method.broadcast({ credential, request });
    },
  };
}
