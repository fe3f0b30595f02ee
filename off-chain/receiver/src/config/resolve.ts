import { addressOf, parseAddress, ParseError, ZERO_ADDRESS, type Address } from "@rmps/proofs";
import { MAX_CHALLENGE_PERIOD, MIN_CHALLENGE_PERIOD } from "@rmps/proofs";
import { checkManager, checkToken } from "../chain/contracts.ts";
import { checkChainId, checkPeriod, findDeployment } from "../chain/deployment.ts";
import type { Deployment } from "../chain/deployment.ts";
import { RpcError, RpcUnavailable } from "../chain/rpc/errors.ts";
import type { Rpc } from "../chain/rpc/rpc.ts";
import type { Confirmations } from "../chain/watcher/follower.ts";
import type { Currency } from "../paywall/types.ts";
import type { SponsorPolicy } from "../sponsor/types.ts";
import { resolveSponsor } from "./sponsor.ts";
import { readCurrency } from "./currency.ts";
import { DEVELOPMENT_CHAIN } from "../ledger/liveness.ts";
import type { OurTerms } from "../ledger/types.ts";
import { RefusedToStart } from "../refused-to-start.ts";
import type { ReceiverIdentity, ReceiverOptions } from "./options.ts";

/** Challenge period that is asked for, in seconds: an hour on the development chain, elsewhere a day. */
const PERIOD = { development: 3_600, elsewhere: 86_400 };

/** Milliseconds between two looks at the chain. */
const POLL = { development: 200, elsewhere: 4_000 };

/** Options with every default filled in, and checked against the chain. */
export interface Resolved {
  readonly identity: ReceiverIdentity;
  readonly deployment: Deployment;
  readonly development: boolean;
  readonly confirmations: Confirmations;
  readonly pollMs: number;
  /** Seconds: the challenge period that a sender is asked to choose. */
  readonly offeredPeriod: number;
  readonly terms: OurTerms;
  readonly currency: Currency | undefined;
  /** Undefined: nothing is sponsored. */
  readonly sponsor: SponsorPolicy | undefined;
}

/**
 * Checks the options, and that they fit the chain behind `rpc`.
 * @throws RefusedToStart with a remedy.
 */
export async function resolve(options: ReceiverOptions, rpc: Rpc): Promise<Resolved> {
  const contract = address(options.contract, "contract");
  const token = address(options.token, "token");
  const parties = partiesOf(options);
  if (options.keys?.gas !== undefined) keyAddress(options.keys.gas, "keys.gas");
  const expected = options.chainId === undefined ? undefined : BigInt(options.chainId);
  try {
    const chainId = await checkChainId(rpc, expected);
    const development = chainId === DEVELOPMENT_CHAIN;
    await checkManager(rpc, contract);
    await checkToken(rpc, token);
    const currency = await readCurrency(rpc, token);
    checkDecimals(options.decimals, currency);
    const confirmations = options.confirmations ?? (development ? 0 : 12);
    const periods = periodsOf(options, development);
    await checkPeriod(rpc, confirmations, periods.min);
    return {
      identity: { chainId, contract, token, ...parties },
      deployment: await findDeployment(rpc, contract, options.deploymentBlock),
      development,
      confirmations,
      pollMs: options.pollMs ?? (development ? POLL.development : POLL.elsewhere),
      offeredPeriod: periods.offered,
      currency,
      sponsor: await resolveSponsor(options, rpc, token),
      terms: {
        ...parties,
        token,
        minChallengePeriod: periods.min,
        maxChallengePeriod: periods.max,
        minDeposit: options.minDeposit ?? 0n,
      },
    };
  } catch (error) {
    if (!(error instanceof RpcUnavailable) && !(error instanceof RpcError)) throw error;
    throw new RefusedToStart(
      `The chain cannot be read: ${error.message}.`,
      "Check the RPC URL (rpc), that the node runs, and that it can be reached from here.",
      error,
    );
  }
}

function checkDecimals(expected: number | undefined, currency: Currency | undefined): void {
  if (expected === undefined || currency === undefined || currency.decimals === expected) return;
  throw new RefusedToStart(
    `The token has ${currency.decimals} decimals, the configuration reckons with ${expected}.`,
    `Write "decimals": ${currency.decimals}, and check the prices.`,
  );
}

function address(text: string, what: string): Address {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new RefusedToStart(`${what}: ${error.message}.`, error.remedy, error);
  }
}

/** Who is paid, and who signs for it: the receiver itself (zero), or the agreement key. */
function partiesOf({ receiver, keys }: ReceiverOptions): { receiver: Address; receiverSigner: Address } {
  const signer = keys?.agreement === undefined ? undefined : keyAddress(keys.agreement, "keys.agreement");
  if (receiver === undefined && signer === undefined) {
    throw new RefusedToStart(
      "Nobody is named to be paid.",
      "Give the receiver's address (receiver), or the key that signs its agreements (keys.agreement).",
    );
  }
  const paid = receiver === undefined ? signer! : address(receiver, "receiver");
  return { receiver: paid, receiverSigner: signer === undefined || signer === paid ? ZERO_ADDRESS : signer };
}

function keyAddress(key: string, what: string): Address {
  try {
    return addressOf(key);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new RefusedToStart(`${what}: ${error.message}.`, error.remedy);
  }
}

function periodsOf({ challengePeriod = {} }: ReceiverOptions, development: boolean) {
  const offered = challengePeriod.offered ?? challengePeriod.min ?? PERIOD[development ? "development" : "elsewhere"];
  const min = challengePeriod.min ?? offered;
  const max = challengePeriod.max ?? MAX_CHALLENGE_PERIOD;
  if (min < MIN_CHALLENGE_PERIOD || max > MAX_CHALLENGE_PERIOD || min > offered || offered > max) {
    throw new RefusedToStart(
      `The challenge periods do not fit: min ${min}, offered ${offered}, max ${max} seconds.`,
      `Choose ${MIN_CHALLENGE_PERIOD} ≤ min ≤ offered ≤ max ≤ ${MAX_CHALLENGE_PERIOD}.`,
    );
  }
  return { min, max, offered };
}
