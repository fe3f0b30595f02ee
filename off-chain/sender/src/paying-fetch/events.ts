import type { ChannelRecord } from "../book/record.ts";

/** What a sender tells those who want to know. Amounts are in the token's smallest unit. */
export type SenderEvent =
  | { kind: "opened" | "topped-up"; channel: ChannelRecord; amount: bigint }
  | { kind: "adopted"; channel: ChannelRecord }
  | { kind: "paid"; channel: ChannelRecord; url: string; cost: bigint; balance: bigint; spent: bigint }
  | { kind: "refused"; url: string; code: string; again: boolean };
