import { authorizationNonce, depositData, PERMIT2, type Hex } from "@rmps/proofs";
import { AbiCoder, toBeHex, type Signer, type TypedDataDomain } from "ethers";
import { SenderError } from "../../errors.ts";
import { timeOf, tokenAt, type Chain } from "../chain.ts";
import { chainError } from "../chain-error.ts";
import type { DepositTarget } from "../deposit.ts";
import { MANAGER } from "../managers.ts";
import type { SponsorMethod } from "./offer.ts";

/** Seconds for which an authorization is good: time for the receiver, too short to be forgotten with it. */
const LIFETIME = 3_600n;

/** Selector of `version()`, which tokens have that do not know ERC-5267. */
const VERSION = "0x54fd4d50";

/** An authorization as receivers take it. */
export type Authorization = Readonly<Record<string, string>>;

/** A deposit that is authorized. */
export interface AuthorizedDeposit {
  readonly authorization: Authorization;
  /** Calldata of the manager's that makes it. */
  readonly data: Hex;
  /** Last second in which it can be made, Unix time. */
  readonly until: bigint;
}

/** A deposit into one channel. Amounts in the token's smallest unit. */
export interface PlannedDeposit extends DepositTarget {
  readonly id: Hex;
  readonly amount: bigint;
  /**
   * What the channel holds now: for each such amount there is one nonce, so that of two authorizations that were signed
   * because the first seemed lost only one can ever be used.
   */
  readonly held: bigint;
}

/**
 * Authorizes a deposit.
 * @throws SenderError `chain`, or `configuration` where the token's own words about its signatures do not fit.
 */
export async function authorize(
  method: SponsorMethod,
  { chain, contract, terms, id, amount, held }: PlannedDeposit,
  signer: Signer,
): Promise<AuthorizedDeposit> {
  const deposit = { manager: { chainId: chain.chainId, contract }, terms, id, amount };
  const salt = toBeHex(held, 32) as Hex;
  const until = (await timeOf(chain)) + LIFETIME;
  if (method === "permit2") {
    const nonce = BigInt(authorizationNonce(id, salt));
    const message = depositData.permit(deposit, { nonce, deadline: until });
    const types = depositData.types.PermitWitnessTransferFrom;
    const signature = await signer.signTypedData(depositData.permit2Domain(chain.chainId), types, message);
    const authorization = { method, nonce: `${nonce}`, deadline: `${until}`, signature };
    const data = MANAGER.encodeFunctionData("depositWithPermit2", [terms, amount, nonce, until, signature]);
    return { authorization, until, data: data as Hex };
  }
  const times = { validAfter: 0n, validBefore: until, nonceSalt: salt };
  const types = depositData.types.ReceiveWithAuthorization;
  const domain = await domainOf(chain, terms.token);
  const signature = await signer.signTypedData(domain, types, depositData.authorization(deposit, times));
  const authorization = { method, valid_after: "0", valid_before: `${until}`, nonce_salt: salt, signature };
  const values = [terms, amount, 0n, until, salt, signature] as const;
  const data = MANAGER.encodeFunctionData("depositWithAuthorization", [...values]);
  return { authorization, until: until - 1n, data: data as Hex }; // ERC-3009 says before, Permit2 until
}

/** Which of the methods on offer the sender can use; undefined: none. @throws SenderError `chain` */
export async function usableMethod(
  methods: readonly SponsorMethod[],
  { chain, terms }: Pick<DepositTarget, "chain" | "terms">,
  amount: bigint,
): Promise<SponsorMethod | undefined> {
  if (methods.includes("erc3009")) return "erc3009";
  if (!methods.includes("permit2")) return undefined;
  try {
    const allowed = await tokenAt(terms.token, chain.provider).allowance(terms.sender, PERMIT2);
    return allowed >= amount ? "permit2" : undefined;
  } catch (error) {
    throw chainError(error, "reading the allowance");
  }
}

/**
 * In which domain a token's authorizations are signed: as it says by ERC-5267, else by its name and version. The chain
 * and the address are ours to say: a token that names another one wants a signature for that.
 */
export async function domainOf({ chainId, provider }: Chain, token: Hex): Promise<TypedDataDomain> {
  const contract = tokenAt(token, provider);
  const place = { chainId, verifyingContract: token };
  const said = await contract.eip712Domain().catch(() => undefined);
  if (said === undefined) {
    try {
      return { name: await contract.name(), version: await versionOf({ chainId, provider }, token), ...place };
    } catch (error) {
      throw chainError(error, "reading the token's name");
    }
  }
  const fields = Number(said.fields);
  const isItsOwn = said.chainId === chainId && said.verifyingContract.toLowerCase() === token;
  if ((fields & 0b01100) !== 0b01100 || !isItsOwn || said.extensions.length > 0) {
    const remedy = "Do not sign for this token; deposit with your own gas.";
    throw new SenderError("configuration", `the token ${token} wants signatures for something else`, remedy);
  }
  return {
    ...(fields & 0b00001 && { name: said.name }),
    ...(fields & 0b00010 && { version: said.version }),
    ...place,
    ...(fields & 0b10000 && { salt: said.salt }),
  };
}

async function versionOf({ provider }: Chain, token: Hex): Promise<string> {
  const answer = await provider.call({ to: token, data: VERSION }).catch(() => "0x");
  if (answer === "0x") return "1";
  return (AbiCoder.defaultAbiCoder().decode(["string"], answer) as unknown as [string])[0];
}
