/** The node understood the call and answered with an error of its own (a revert, an unknown method, a range too large). */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(method: string, code: number, message: string, data: unknown) {
    super(`${method}: ${message} (${code})`);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }
}

/** No node gave a usable answer in time. The next try, or another node, may. */
export class RpcUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "RpcUnavailable";
  }
}

/** Whether a node failed, in whatever way: reading blocks and events has no errors of its own. */
export function isOfNode(error: unknown): error is RpcError | RpcUnavailable {
  return error instanceof RpcError || error instanceof RpcUnavailable;
}

/** A node's answer was longer than we read: of less, it may be shorter; or the node sends for ever. */
export class AnswerTooLong extends RpcUnavailable {}

/** Nodes and their providers say "too many results" in many words and codes; none of them is standard. */
const RANGE_TOO_LARGE =
  /range|too many|more than [\d,]+|exceed|limit|too large|response size|query timeout|10000 results/i;

/** Whether an answer to `eth_getLogs` asks for a smaller range of blocks. */
export function isRangeTooLarge(error: unknown): boolean {
  if (error instanceof AnswerTooLong) return true;
  return error instanceof RpcError && RANGE_TOO_LARGE.test(error.message) && !isRateLimit(error);
}

/** JSON-RPC code of "limit exceeded" (EIP-1474), and the HTTP status that some providers put in its place. */
const RATE_LIMIT_CODES = new Set([-32005, 429]);

/** Whether the node refuses to work for us for now; then another one is asked. */
export function isRateLimit(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  if (/rate.?limit|too many requests|compute units|capacity/i.test(error.message)) return true;
  return RATE_LIMIT_CODES.has(error.code) && !/block|range|results|logs/i.test(error.message);
}
