import { formatUnits, parseUnits } from "ethers";

/** A token as people read it. */
export interface Currency {
  readonly symbol: string;
  readonly decimals: number;
}

/** An amount without its unit, and without losing a digit: `0.02`. */
export function toDecimal(amount: bigint, { decimals }: Currency): string {
  return formatUnits(amount, decimals).replace(/\.0$/, "");
}

/** An amount as it is shown: `0.02 MIC`. */
export function format(amount: bigint, currency: Currency): string {
  return `${toDecimal(amount, currency)} ${currency.symbol}`;
}

/**
 * Reads an amount that a person typed, such as `2`, `0.5` or `,5`.
 * @returns undefined for what is no amount above 0.
 */
export function parseTyped(text: string, { decimals }: Currency): bigint | undefined {
  const plain = text.trim().replace(",", ".").replace(/^\./, "0.").replace(/\.$/, "");
  if (!/^\d{1,40}(?:\.\d{1,77})?$/.test(plain)) return undefined;
  try {
    const amount = parseUnits(plain, decimals);
    return amount > 0n && amount < 2n ** 112n ? amount : undefined;
  } catch {
    return undefined; // more digits than the token has
  }
}

/** A time span as people say it: `1 hour`, `2 days`. Rounded up. */
export function duration(seconds: number): string {
  const [unit, size] =
    seconds < 7_200 ? ["minute", 60] : seconds < 172_800 ? ["hour", 3_600] : (["day", 86_400] as const);
  const count = Math.ceil(seconds / Number(size));
  if (unit === "minute" && count === 60) return "1 hour";
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
