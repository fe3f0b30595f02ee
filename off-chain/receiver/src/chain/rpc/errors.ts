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

/** JSON-RPC codes of a revert: geth's and its kin's, and OpenEthereum's and Nethermind's. */
const REVERT_CODES = new Set([3, -32015]);

/** How nodes say that a call failed in the contract; for those that use the code of any error. */
const FAILED_IN_CONTRACT = /revert|invalid opcode|invalid jump|out of gas|stack (?:over|under)flow|vm execution error/i;

/** Whether a call failed in the contract that was called: it reverted, or ran into nothing. Else the node itself failed. */
export function isRevert(error: unknown): boolean {
  return error instanceof RpcError && (REVERT_CODES.has(error.code) || FAILED_IN_CONTRACT.test(error.message));
}

/** A node answered that it has no such block, or none yet. */
export class NodeLags extends RpcUnavailable {}

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
