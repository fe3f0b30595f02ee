import { isOrigin } from "./cors.ts";
import type { Paywall } from "./paywall.ts";

/** A price and its exceptions, as an adapter's options have them. */
interface Priced<Request> {
  readonly price: bigint | ((request: Request) => bigint | Promise<bigint>);
  readonly free?: readonly string[] | undefined;
}

/** What middleware cannot do without, and where it says that it is. */
interface Checked {
  readonly paywall: Paywall;
  readonly price: Priced<never>["price"];
  readonly origin?: string | undefined;
}

/**
 * Checks a middleware's options when it is made, not when the first customer comes.
 * @throws TypeError where there is no paywall, a price that is neither a bigint from 0 up nor a function, or an origin
 * that is none.
 */
export function checkOptions({ paywall, price, origin }: Checked): void {
  // From JavaScript anything may come.
  if (typeof (paywall as Partial<Paywall> | undefined)?.admit !== "function") {
    throw new TypeError("paywall: none. Give that of a receiver: const { paywall } = await openReceiver(…).");
  }
  if (origin !== undefined && !isOrigin(origin)) {
    throw new TypeError("origin: write scheme and host only, such as https://shop.example.");
  }
  if (typeof price === "function" || (typeof price === "bigint" && price >= 0n)) return;
  throw new TypeError(
    `price: write a bigint from 0 up in the token's smallest unit, such as 10n ** 16n, or a function.`,
  );
}

/**
 * What a request costs, in the token's smallest unit.
 * @throws RangeError (rejects) where the price was computed, and is none: nothing is sold then.
 */
export function priceFor<R>(
  { price, free }: Priced<R>,
  method: string | undefined,
  request: R,
): bigint | Promise<bigint> {
  if (isFree(free, method)) return 0n;
  return typeof price === "bigint" ? price : computed(price, request);
}

async function computed<R>(price: (request: R) => bigint | Promise<bigint>, request: R): Promise<bigint> {
  const asked = await price(request);
  if (typeof asked === "bigint" && asked >= 0n) return asked;
  throw new RangeError("A computed price must be a bigint from 0 up, in the token's smallest unit.");
}

/** Whether a method costs nothing where some are free. `HEAD` is what `GET` is. */
function isFree(free: readonly string[] = [], method = "GET"): boolean {
  return free.includes(method) || (method === "HEAD" && free.includes("GET"));
}
