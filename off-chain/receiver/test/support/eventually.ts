/** Milliseconds: far longer than anything that is waited for takes, also on a machine that does much else. */
const PATIENCE = 60_000;

/** Waits until something is so. @throws where it is not within a minute. */
export async function eventually(what: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not so within ${PATIENCE} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
