/** Why a store cannot be opened. */
export type StoreProblem =
  /** Another process holds it. */
  | "locked"
  /** It belongs to another chain, deployment, contract or receiver. */
  | "foreign"
  /** A newer version of this software wrote it. */
  | "newer"
  /** An older version of this software wrote it, and this is no time to change it. */
  | "older"
  /** It was moved into another one, which is to be used instead. */
  | "moved"
  /** Something is to be moved into it, and it holds something already. */
  | "taken"
  /** It cannot be read as a store. */
  | "unreadable";

/** A store that must not be used; the message says what is wrong and how to mend it. */
export class StoreRefused extends Error {
  override readonly name = "StoreRefused";
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/**
 * The store failed, or it is unknown whether it did: nothing that waited for it may be served. What is stored is read
 * again before anything is answered from it.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** A write that would break a rule of the store, such as a second transaction for one nonce. */
export class StoreConflict extends Error {
  override readonly name = "StoreConflict";
}
