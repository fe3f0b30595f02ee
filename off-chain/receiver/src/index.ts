export type * from "./store/channel.ts";
export { CLOSED, statusOf } from "./store/channel.ts";
export type * from "./store/chain.ts";
export type * from "./store/store.ts";
export type * from "./store/transactions.ts";
export { StoreConflict, StoreRefused, StoreUnavailable, type StoreProblem } from "./store/error.ts";
export type * from "./ledger/types.ts";
