// Entry for browsers: all but what needs files.
export { createPayingFetch, type PayingFetch, type PayingFetchOptions } from "./paying-fetch/create.ts";
export type { SenderEvent } from "./paying-fetch/events.ts";
export type { Limits, Pins } from "./paying-fetch/limits.ts";
export type { KnownPrice } from "./paying-fetch/prices.ts";
export { Channels } from "./channel/channels.ts";
export type { ChannelsOptions } from "./channel/options.ts";
export type { Counterparty } from "./channel/counterparty.ts";
export type { Rpc } from "./channel/chain.ts";
export { eip1193Signer, type Eip1193Wallet } from "./channel/eip1193.ts";
export type { DepositPath } from "./channel/deposit.ts";
export type { GasOptions } from "./channel/transactions/fees.ts";
export type { FeeRise } from "./channel/transactions/options.ts";
export type { Sponsor } from "./channel/sponsor/deposit.ts";
export type { Exit } from "./channel/exit.ts";
export type { Managers } from "./channel/managers.ts";
export { Book, type ChannelName } from "./book/book.ts";
export { memoryStore } from "./book/memory-store.ts";
export { webStore, type WebLocksLike, type WebStorageLike } from "./book/web-store.ts";
export { spentOf, type BookState, type ChannelRecord, type ChannelStatus, type Ending } from "./book/record.ts";
export type { Fees, SentTransaction } from "./book/sent.ts";
export type { Store } from "./book/store.ts";
export {
  LimitExceededError,
  OutcomeUnknownError,
  PaymentRefusedError,
  SenderError,
  type AmountsMessage,
  type LimitName,
  type SenderErrorCode,
} from "./errors.ts";
