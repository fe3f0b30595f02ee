/**
 * A callback that its user gave us to be told of things, made safe to call: what it throws, or rejects with, is written
 * to the console once, and touches no payment.
 * @param name of the option.
 */
export function harmless<T>(name: string, callback: ((told: T) => unknown) | undefined): (told: T) => void {
  let isReported = false;
  const report = (error: unknown) => {
    if (isReported) return;
    isReported = true;
    console.error(`rmps: ${name} failed; payments go on, and it is still called, but not complained of again:`, error);
  };
  return (told) => {
    try {
      void Promise.resolve(callback?.(told)).catch(report);
    } catch (error) {
      report(error);
    }
  };
}
