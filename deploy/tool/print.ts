import { FACTORY, type Deployed, type Prepared } from "@rmps/contracts/deploy";
import { formatEther, formatUnits } from "ethers";
import * as chains from "viem/chains";

/** Prints a line. */
export type Say = (line: string) => void;

/** The symbol of a chain's own currency, as viem lists it; `coins` where it lists none, or chains that disagree. */
export function currencyOf(chainId: bigint): string {
  const listed = Object.values(chains).filter(({ id }) => BigInt(id) === chainId);
  const symbols = new Set(listed.map(({ nativeCurrency }) => nativeCurrency.symbol));
  const [symbol = "coins", ...more] = symbols;
  return more.length === 0 ? symbol : "coins";
}

/** What there is to do, and what it costs at most. */
export function showPrepared({ plan, findings, estimate }: Prepared, say: Say): void {
  say(`Chain ${plan.chainId}, family ${plan.family}`);
  say(`  ${"CREATE2 factory".padEnd(16)} ${FACTORY} ${findings.factory ? "is there" : "is missing"}`);
  if (plan.family === "existing") say(`  ${"token".padEnd(16)} ${plan.token} is there`);
  for (const step of plan.steps) {
    const there = findings.missing.includes(step) ? "is missing" : "is there";
    say(`  ${step.contract.padEnd(16)} ${step.address} ${there}`);
  }
  if (estimate.lines.length === 0) {
    say("Nothing to do.");
    return;
  }
  const currency = currencyOf(plan.chainId);
  say(`Costs at most, at ${formatUnits(estimate.maxFeePerGas, "gwei")} gwei:`);
  for (const { what, gas, atMost } of estimate.lines) {
    say(`  ${what.padEnd(32)} ${String(gas).padStart(9)} gas  ${formatEther(atMost)} ${currency}`);
  }
  const [atMost, balance] = [formatEther(estimate.atMost), formatEther(estimate.balance)];
  say(`  ${"together".padEnd(47)} ${atMost} ${currency} of ${balance}`);
}

/** Where everything is now. */
export function showDeployed({ chainId, token, manager, callbackToken, transactions }: Deployed, say: Say): void {
  say(`Deployed on chain ${chainId} with ${transactions.length} transactions:`);
  say(`  token          ${token}`);
  say(`  callback token ${callbackToken}`);
  say(`  ChannelManager ${manager}`);
}
