/** The receiver must not, or cannot, run like this; the message says why, the remedy how to mend it. */
export class RefusedToStart extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RefusedToStart";
    this.remedy = remedy;
  }
}
