import type { QueuedTransaction } from "./transactions.ts";

const AMOUNTS = ["gasLimit", "maxFeePerGas", "maxPriorityFeePerGas", "maxCost", "cost"] as const;

/** A queued transaction as JSON, amounts as decimal strings. */
export function fromTransaction(transaction: Omit<QueuedTransaction, "id">): string {
  return JSON.stringify(transaction, (key, value: unknown) =>
    key === "id" ? undefined : typeof value === "bigint" ? String(value) : value,
  );
}

/** The transaction of such a text. */
export function toTransaction(id: number, text: string): QueuedTransaction {
  const document = JSON.parse(text) as Record<string, unknown>;
  for (const name of AMOUNTS) if (document[name] !== undefined) document[name] = BigInt(document[name] as string);
  // JSON leaves out what is undefined.
  return { deadline: undefined, sentAt: undefined, minedBlock: undefined, ...document, id } as QueuedTransaction;
}
