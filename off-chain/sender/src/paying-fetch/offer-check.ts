import type { Address } from "@rmps/proofs";
import type { Offer } from "@rmps/wire";
import { tokenAt } from "../channel/chain.ts";
import { chainError } from "../channel/chain-error.ts";
import type { Channels } from "../channel/channels.ts";
import { callbackToken } from "../channel/deposit.ts";
import { knownManager, type KnownManager, type Managers } from "../channel/managers.ts";
import { checkLimits, checkParties, resolveLimits, type Limits, type Pins, type ResolvedLimits } from "./limits.ts";

/** Checks an offer against everything the sender decided, and answers with the limits for its token. */
export type OfferChecker = (offer: Offer) => Promise<ResolvedLimits>;

/**
 * @returns a checker that asks the chain once for each manager and token, and only for what the options leave open. It
 * throws LimitExceededError, and SenderError `chain` where the chain cannot be asked.
 */
export function offerChecker(
  options: Pins & { limits?: Limits },
  channels: Pick<Channels, "chains">,
  managers: Managers,
): OfferChecker {
  const limits = options.limits ?? {};
  const isComplete = limits.maxPrice !== undefined && limits.maxDeposit !== undefined && limits.maxTotal !== undefined;

  const tokenOf = remember(async (chainId: bigint, manager: Address) =>
    callbackToken(await channels.chains.get(chainId), manager),
  );
  const decimalsOf = remember(async (chainId: bigint, token: Address) => {
    const { provider } = await channels.chains.get(chainId);
    try {
      return Number(await tokenAt(token, provider).decimals());
    } catch (error) {
      throw chainError(error, "reading the token's decimals");
    }
  });

  async function defaultTokens({ manager }: Offer, known: KnownManager | undefined): Promise<Address[]> {
    const isNeeded = options.token === undefined && known?.contract === manager.contract;
    return isNeeded ? [await tokenOf(manager.chainId, manager.contract)] : [];
  }

  return async (offer) => {
    const { manager, token } = offer;
    const known = knownManager(manager.chainId, managers);
    checkParties(offer, options, known?.contract, await defaultTokens(offer, known));
    const resolved = resolveLimits(limits, isComplete ? 0 : await decimalsOf(manager.chainId, token));
    checkLimits(offer, resolved);
    return resolved;
  };
}

/** Asks once for each address of a chain; a failure is not remembered. */
function remember<T>(ask: (chainId: bigint, address: Address) => Promise<T>) {
  const answers = new Map<string, Promise<T>>();
  return (chainId: bigint, address: Address): Promise<T> => {
    const key = `${chainId}:${address}`;
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = ask(chainId, address);
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
    }
    return answer;
  };
}
