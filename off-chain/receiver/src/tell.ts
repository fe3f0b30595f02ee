/**
 * Tells a listener that somebody else has written, if there is one. Whatever it throws, or rejects with, is warned of
 * and goes no further: what it was told of has happened, and is not undone by that.
 */
export function tell<News extends unknown[]>(listener: ((...news: News) => unknown) | undefined, ...news: News): void {
  try {
    const told = listener?.(...news);
    if (told instanceof Promise) told.catch(warn);
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  process.emitWarning(`A listener failed: ${error instanceof Error ? error.stack : String(error)}`, "ListenerWarning");
}
