/** The public names, the same in Node and in browsers. */
export type { Hex } from "./hex.ts";
export { UINT256_MAX } from "./uint.ts";
export {
  ParseError,
  ZERO_ADDRESS,
  parseAddress,
  parseAmount,
  parseHash,
  parsePrivateKey,
  parseSignature,
  type Address,
  type PrivateKey,
} from "./parse.ts";
export type { Manager } from "./manager.ts";
export {
  MAX_CHALLENGE_PERIOD,
  MIN_CHALLENGE_PERIOD,
  encodeTerms,
  parseTerms,
  receiverSide,
  senderSide,
  type Terms,
  type TermsInput,
} from "./terms.ts";
export { authorizationNonce, channelId } from "./channel-id.ts";
export type { BalanceProof, CloseRequest, ClosingAgreement } from "./messages.ts";
export { DOMAIN_NAME, DOMAIN_VERSION } from "./domain.ts";
export { typedData, type TypedDataDomain } from "./typed-data.ts";
export { depositData, PERMIT2, type AuthorizedDeposit } from "./deposit-data.ts";
export { balanceProofDigest, closeRequestDigest, closingAgreementDigest } from "./digest.ts";
export {
  SigningError,
  addressOf,
  signBalanceProof,
  signCloseRequest,
  signClosingAgreement,
  type TypedDataSigner,
} from "./signer.ts";
export {
  createVerifier,
  recover,
  verifyBalanceProof,
  verifyCloseRequest,
  verifyClosingAgreement,
  type Verifier,
} from "./verifier.ts";
export { verifyCloseRequestOnChain, verifyClosingAgreementOnChain, type CodeReader } from "./erc1271.ts";
export { currentCurve } from "./curve/current.ts";
export type { Curve } from "./curve/curve.ts";
export { hmacSha256, sha256 } from "./hash.ts";
export { keccak256 } from "./keccak/keccak.ts";
