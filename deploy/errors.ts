/** Why a deployment cannot go on; all but `transaction-failed` are found before anything is sent. */
export type DeploymentErrorCode =
  | "wrong-chain"
  | "unsupported-chain"
  | "foreign-contract"
  | "no-token"
  | "invalid-options"
  | "insufficient-funds"
  | "pending-transactions"
  | "other-record"
  | "transaction-failed";

/** A deployment that cannot go on, and what to do about it. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
  readonly code: DeploymentErrorCode;
  /** What the operator can do. */
  readonly remedy: string;

  constructor(code: DeploymentErrorCode, message: string, remedy: string) {
    super(`${message} ${remedy}`);
    this.code = code;
    this.remedy = remedy;
  }
}
