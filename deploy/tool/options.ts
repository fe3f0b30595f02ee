import { parseArgs } from "node:util";
import { DeploymentError, type Address, type PlanOptions, type TokenArguments } from "@rmps/contracts/deploy";
import { getAddress, parseUnits } from "ethers";

export const USAGE = `Deploys the token and the ChannelManager, to the same addresses on every chain.

  npm run deploy -- --network NAME [--yes] [options]

  --network NAME          sepolia, hoodi, baseSepolia, opSepolia, arbitrumSepolia, polygonAmoy or localhost
  --yes                   send; without it, public networks get a dry run that prints what it would cost
  --dry-run               only print, also on localhost
  --family micro|faucet   FaucetToken (default on the test networks above) or MicroToken (default elsewhere)
  --name, --symbol TEXT   the token's name and symbol        } other arguments than the default ones
  --decimals N            its decimal places                 } give other addresses
  --supply AMOUNT         its initial supply, in tokens      }
  --holder ADDRESS        who gets the initial supply        }
  --grant ADDRESS=AMOUNT  fill up an account from the deployer's tokens (may be repeated)
  --existing-token ADDR   use this token instead of deploying one
  --callback              the existing token is a MicroToken, whose notifying transfers the manager is to believe
  --smoke | --no-smoke    open, pay, settle and close a channel afterwards (default: once after a deployment)
  --verify                publish the sources: on Etherscan if ETHERSCAN_API_KEY is set, else on Sourcify
  --records FOLDER        where records are kept (default: deploy/addresses; none for localhost)
  --help`;

/** What the operator asked for. */
export interface CliOptions {
  network: string;
  yes: boolean;
  dryRun: boolean;
  plan: PlanOptions;
  grants: readonly { account: Address; amount: string }[];
  /** undefined: once after a deployment. */
  smoke: boolean | undefined;
  verify: boolean;
  records: string | undefined;
}

function invalid(message: string): DeploymentError {
  return new DeploymentError("invalid-options", message, "See npm run deploy -- --help.");
}

function address(option: string, text: string): Address {
  try {
    return getAddress(text).toLowerCase() as Address;
  } catch {
    throw invalid(`--${option}: ${text} is no address.`);
  }
}

function amount(option: string, text: string, decimals: number): bigint {
  if (!/^\d+(\.\d+)?$/.test(text)) throw invalid(`--${option}: ${text} is no amount.`);
  try {
    return parseUnits(text, decimals);
  } catch {
    throw invalid(`--${option}: ${text} has more than ${decimals} decimal places.`);
  }
}

function grant(text: string): { account: Address; amount: string } {
  const [account = "", tokens = ""] = text.split("=");
  if (!/^\d+(\.\d+)?$/.test(tokens)) throw invalid(`--grant: ${text} is not ADDRESS=AMOUNT.`);
  return { account: address("grant", account), amount: tokens };
}

/**
 * Reads the command line.
 * @returns undefined where help is asked for.
 * @throws DeploymentError `invalid-options`.
 */
export function readOptions(args: readonly string[]): CliOptions | undefined {
  const { values } = parse(args);
  if (values.help === true) return undefined;
  if (values.network === undefined) throw invalid("No network is named.");
  const { name, symbol, family } = values;
  if (family !== undefined && family !== "micro" && family !== "faucet")
    throw invalid(`--family: ${family} is neither.`);
  const decimals = values.decimals === undefined ? undefined : Number(values.decimals);
  if (decimals !== undefined && !(Number.isInteger(decimals) && decimals >= 0 && decimals <= 77)) {
    throw invalid("--decimals: not within 0 and 77.");
  }
  const token: Partial<TokenArguments> = {
    ...(name !== undefined && { name }),
    ...(symbol !== undefined && { symbol }),
    ...(decimals !== undefined && { decimals }),
    ...(values.supply !== undefined && { supply: amount("supply", values.supply, decimals ?? 18) }),
    ...(values.holder !== undefined && { holder: address("holder", values.holder) }),
  };
  const existing = values["existing-token"];
  if (existing !== undefined && (family !== undefined || Object.keys(token).length > 0)) {
    throw invalid("--existing-token goes with no argument of a new token.");
  }
  if (existing === undefined && values.callback === true) throw invalid("--callback goes with --existing-token.");
  if (values.smoke === true && values["no-smoke"] === true) throw invalid("--smoke and --no-smoke contradict.");
  return {
    network: values.network,
    yes: values.yes === true,
    dryRun: values["dry-run"] === true,
    plan: {
      ...(family !== undefined && { family }),
      token:
        existing === undefined
          ? token
          : { existing: address("existing-token", existing), callback: values.callback === true },
    },
    grants: (values.grant ?? []).map(grant),
    smoke: values.smoke === true ? true : values["no-smoke"] === true ? false : undefined,
    verify: values.verify === true,
    records: values.records,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    network: text,
    yes: flag,
    "dry-run": flag,
    family: text,
    name: text,
    symbol: text,
    decimals: text,
    supply: text,
    holder: text,
    grant: { type: "string", multiple: true },
    "existing-token": text,
    callback: flag,
    smoke: flag,
    "no-smoke": flag,
    verify: flag,
    records: text,
    help: flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}
