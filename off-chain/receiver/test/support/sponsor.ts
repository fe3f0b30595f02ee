import { channelId, depositData, type Hex, type Terms } from "@rmps/proofs";
import { writeTerms } from "@rmps/wire";
import { hexlify, parseEther, randomBytes, Wallet } from "ethers";
import type { SponsorOptions } from "../../src/config/options.ts";
import { UNIT, type Key, type TestChain } from "./chain.ts";

/** A sponsor that is generous, and takes a fee. */
export const SPONSOR: SponsorOptions = {
  budget: parseEther("1"),
  maxCost: parseEther("0.01"),
  minDeposit: UNIT / 2n,
  fee: UNIT / 100n,
};

/** Tokens of an account without coins. */
export const PENNILESS_HOLDS = 10n * UNIT;

/** A new account without coins, and with tokens. */
export async function penniless(chain: TestChain): Promise<Key> {
  const { privateKey: key, address } = Wallet.createRandom();
  await (await chain.token.connect(chain.signer(0))["transfer(address,uint256)"](address, PENNILESS_HOLDS)).wait();
  return { key: key as Hex, address: address.toLowerCase() as Hex };
}

/** What a request may differ in. */
export interface Wish {
  readonly terms?: Terms;
  readonly amount?: bigint;
  readonly fee?: bigint;
  /** Seconds, from the chain's time. */
  readonly from?: number;
  readonly until?: number;
}

/** What the receiver takes for the chain's time: blocks only come when there is something to do. */
async function timeOf(chain: TestChain): Promise<number> {
  return Math.max((await chain.provider.getBlock("latest"))!.timestamp, Math.ceil(Date.now() / 1000));
}

/** A request with an ERC-3009 authorization, as its body. */
export async function byAuthorization(chain: TestChain, sender: Key, wish: Wish = {}) {
  const { terms = chain.termsOf(sender), amount = UNIT, fee = SPONSOR.fee!, from = -86_400, until = 3600 } = wish;
  const now = await timeOf(chain);
  const salt = hexlify(randomBytes(32)) as Hex;
  const times = { validAfter: BigInt(now + from), validBefore: BigInt(now + until), nonceSalt: salt };
  const deposit = { manager: chain.manager, terms, id: channelId(terms, chain.manager), amount };
  const domain = { name: "Micro", version: "1", chainId: chain.manager.chainId, verifyingContract: terms.token };
  const signature = await new Wallet(sender.key).signTypedData(
    domain,
    depositData.types.ReceiveWithAuthorization,
    depositData.authorization(deposit, times),
  );
  return {
    terms: writeTerms(terms),
    amount: String(amount),
    fee: String(fee),
    authorization: {
      method: "erc3009",
      valid_after: String(times.validAfter),
      valid_before: String(times.validBefore),
      nonce_salt: salt,
      signature,
    },
  };
}

/** A request with a Permit2 authorization, as its body. */
export async function byPermit2(chain: TestChain, sender: Key, wish: Wish = {}) {
  const { terms = chain.termsOf(sender), amount = UNIT, fee = SPONSOR.fee!, until = 3600 } = wish;
  const deadline = BigInt((await timeOf(chain)) + until);
  const deposit = { manager: chain.manager, terms, id: channelId(terms, chain.manager), amount };
  const signature = await new Wallet(sender.key).signTypedData(
    depositData.permit2Domain(chain.manager.chainId),
    depositData.types.PermitWitnessTransferFrom,
    depositData.permit(deposit, { nonce: 7n, deadline }),
  );
  return {
    terms: writeTerms(terms),
    amount: String(amount),
    fee: String(fee),
    authorization: { method: "permit2", nonce: "7", deadline: String(deadline), signature },
  };
}
