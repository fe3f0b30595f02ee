import { isHexString } from "ethers";
import { ChannelManager__factory } from "../typechain-types/factories/ChannelManager__factory.js";

type ErrorItem = Extract<(typeof ChannelManager__factory.abi)[number], { type: "error" }>;
type Input = { readonly name: string; readonly type: string };
type Value<Type extends string> = Type extends `uint${string}` ? bigint : string;
type Values<Inputs extends readonly Input[]> = { readonly [I in Inputs[number] as I["name"]]: Value<I["type"]> };

/** Every custom error with which the `ChannelManager` reverts. */
export type ChannelManagerErrorName = ErrorItem["name"];

/** A custom error of the `ChannelManager`, with its arguments by name: numbers as bigint, all else as text. */
export type Revert = {
  [Name in ChannelManagerErrorName]: {
    readonly name: Name;
    readonly args: Values<Extract<ErrorItem, { name: Name }>["inputs"]>;
  };
}[ChannelManagerErrorName];

const managerInterface = ChannelManager__factory.createInterface();

/** Where ethers, nodes and wallets put revert data. */
const PLACES = ["data", "error", "info", "cause", "result"] as const;

function parse(data: string): Revert | undefined {
  const parsed = managerInterface.parseError(data);
  // ethers also knows `Error(string)` and `Panic(uint256)`, which are not ours.
  if (parsed === null || !managerInterface.fragments.includes(parsed.fragment)) return undefined;
  return { name: parsed.name, args: parsed.args.toObject() } as unknown as Revert;
}

/**
 * The custom error of the `ChannelManager` that made a call or transaction fail, from whatever ethers threw.
 * @returns undefined where it failed for another reason: a token's own error, no money for gas, no answer.
 */
export function readRevert(thrown: unknown): Revert | undefined {
  const seen = new Set<unknown>();
  const pending = [thrown];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === "string" && isHexString(value) && value.length >= 10) {
      const revert = parse(value);
      if (revert !== undefined) return revert;
    }
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const place of PLACES) pending.push((value as Partial<Record<string, unknown>>)[place]);
  }
  return undefined;
}
