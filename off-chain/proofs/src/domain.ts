import { hexInto } from "./hex.ts";
import { keccak256 } from "./keccak/keccak.ts";
import type { Manager } from "./manager.ts";
import { uint256Into } from "./uint.ts";

/** EIP-712 `name` of the manager's domain. */
export const DOMAIN_NAME = "RMPS Channel Manager";

/** EIP-712 `version` of the manager's domain. */
export const DOMAIN_VERSION = "1";

/** Managers whose separators are remembered. Real programs know one or two; a hostile caller shall not fill memory. */
const REMEMBERED = 64;

const utf8 = new TextEncoder();
const DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

const words = new Uint8Array(32 * 5);
words.set(keccak256(utf8.encode(DOMAIN_TYPE)), 0);
words.set(keccak256(utf8.encode(DOMAIN_NAME)), 32);
words.set(keccak256(utf8.encode(DOMAIN_VERSION)), 64);
const view = new DataView(words.buffer);

const separators = new Map<string, Uint8Array>();
let last: { chainId: bigint; contract: string; separator: Uint8Array } | undefined;

/**
 * The manager's EIP-712 domain separator, computed once for each manager; callers must not write to it.
 * @returns undefined where chain id or address is malformed. Takes any value, never throws.
 */
export function domainSeparator(manager: Manager): Uint8Array | undefined {
  if (typeof manager !== "object" || manager === null) return undefined;
  const { chainId, contract } = manager;
  if (last?.chainId === chainId && last.contract === contract) return last.separator;
  if (!uint256Into(chainId, view, 96) || !hexInto(contract, words, 140, 20)) return undefined;
  const key = `${chainId}:${contract}`;
  let separator = separators.get(key);
  if (separator === undefined) {
    separator = keccak256(words);
    if (separators.size >= REMEMBERED) separators.clear();
    separators.set(key, separator);
  }
  last = { chainId, contract, separator };
  return separator;
}
