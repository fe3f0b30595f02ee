/** A challenge of ours that came back with a payment. Whoever serves the request compares it with the request. */
export interface EchoedChallenge {
  readonly id: string;
  /** Unix milliseconds until which it can be answered. */
  readonly expires: number;
  /** Method and path of the request that was challenged. */
  readonly method: string;
  readonly path: string;
  /** `sha-256=<base64>` of the body that was challenged, if it was bound. */
  readonly digest?: string;
}
