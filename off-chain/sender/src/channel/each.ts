/**
 * Does the same with one after the other; one that fails does not keep the others from it.
 * @returns what came of them, without those that came to nothing.
 * @throws the first failure, once all others are done.
 */
export async function forEach<T, R>(all: readonly T[], work: (one: T) => Promise<R | undefined>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  for (const one of all) {
    try {
      const result = await work(one);
      if (result !== undefined) results.push(result);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Calls of the chain under way at once: enough to look at thousands of channels in seconds. */
const AT_ONCE = 100;

/** Does the same with many, so many at once. @returns what came of them, in their order. @throws the first failure */
export async function sideBySide<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = all.entries();
  const worker = async () => {
    for (const [at, one] of rest) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
