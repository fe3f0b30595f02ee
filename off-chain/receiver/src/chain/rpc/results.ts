import type { Hex } from "@rmps/proofs";
import type { Endpoint } from "./endpoint.ts";
import { RpcUnavailable } from "./errors.ts";

/** Reads what a node answered; undefined where it has not the form that the method promises. */
export type Reader<T> = (result: unknown) => T | undefined;

const QUANTITY = /^0x[0-9a-f]{1,64}$/i;
const BYTES = /^0x(?:[0-9a-f]{2})*$/i;
const HASH = /^0x[0-9a-f]{64}$/i;

/** A number, as nodes write it. */
export const quantity: Reader<bigint> = (result) =>
  typeof result === "string" && QUANTITY.test(result) ? BigInt(result) : undefined;

/** A number of blocks or transactions, or seconds. */
export const count: Reader<number> = (result) => {
  const number = Number(quantity(result) ?? NaN);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** Code, or what a call returns. */
export const bytes: Reader<Hex> = (result) =>
  typeof result === "string" && BYTES.test(result) ? (result as Hex) : undefined;

/** A hash, lower case. */
export const hash: Reader<Hex> = (result) =>
  typeof result === "string" && HASH.test(result) ? (result.toLowerCase() as Hex) : undefined;

/** The members of an object. */
export function members(result: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof result === "object" && result !== null ? (result as Record<string, unknown>) : undefined;
}

/**
 * One call at one node, its answer read.
 * @throws RpcError as the node answered; RpcUnavailable where it did not, or nothing that can be read.
 */
export async function ask<T>(node: Endpoint, method: string, params: readonly unknown[], read: Reader<T>): Promise<T> {
  const result = read(await node.request(method, params));
  if (result === undefined) throw new RpcUnavailable(`${node.label}: ${method}: not an answer to that`);
  return result;
}
