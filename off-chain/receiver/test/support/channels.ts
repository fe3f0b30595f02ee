import { channelId, signBalanceProof, ZERO_ADDRESS, type Hex, type Manager, type Terms } from "@rmps/proofs";
import { addressOf } from "@rmps/proofs";
import type { ChainEvent, Head } from "../../src/store/chain.ts";
import type { Binding, Charge, ChargeOutcome, Store } from "../../src/store/store.ts";

export const manager: Manager = { chainId: 31337n, contract: `0x${"c0".repeat(20)}` };

/** Private key number `n` of the tests; worth nothing anywhere. */
export const keyOf = (n: number): Hex => `0x${n.toString(16).padStart(64, "0")}`;

export const receiverKey = keyOf(1);
export const receiver = addressOf(receiverKey);
export const token: Hex = `0x${"70".repeat(20)}`;

export const binding: Binding = {
  chainId: manager.chainId,
  deploymentBlockHash: `0x${"b1".repeat(32)}`,
  contract: manager.contract,
  receiver,
};

/** A sender's channel: its terms, id and signatures. */
export interface TestChannel {
  readonly terms: Terms;
  readonly id: Hex;
  proof(balance: bigint): Hex;
}

let salts = 0;

export function newChannel(changes: Partial<Terms> = {}, key = keyOf(2)): TestChannel {
  const terms: Terms = {
    sender: addressOf(key),
    senderSigner: ZERO_ADDRESS,
    receiver,
    receiverSigner: ZERO_ADDRESS,
    token,
    challengePeriod: 3600,
    salt: keyOf(++salts),
    ...changes,
  };
  const id = channelId(terms, manager);
  return { terms, id, proof: (balance) => signBalanceProof({ ...manager, channelId: id, balance }, key) };
}

export const hashOf = (number: number, fork = 0): Hex =>
  `0x${(number * 1000 + fork + 1).toString(16).padStart(64, "0")}`;

/** A head whose every block is confirmed, unless told otherwise. */
export function headAt(number: number, confirmed = number, at = 0): Head {
  return { number, hash: hashOf(number), confirmed, movedAt: at, readAt: at };
}

/** An event in a block; the log index is made up, and unique. */
let logs = 0;
export function opened(channel: TestChannel, block: number, deposit: bigint): ChainEvent {
  const { id: channelId, terms } = channel;
  return { kind: "opened", channelId, terms, deposit, block, logIndex: logs++, transaction: hashOf(block) };
}

export function toppedUp({ id: channelId }: TestChannel, block: number, deposit: bigint): ChainEvent {
  return { kind: "topped-up", channelId, deposit, block, logIndex: logs++, transaction: hashOf(block) };
}

export function settled({ id: channelId }: TestChannel, block: number, amount: bigint): ChainEvent {
  return { kind: "settled", channelId, settled: amount, block, logIndex: logs++, transaction: hashOf(block) };
}

export function closeRequested({ id: channelId }: TestChannel, block: number, amount: bigint): ChainEvent {
  const closesAt = 2_000_000_000;
  return {
    kind: "close-requested",
    channelId,
    settled: amount,
    closesAt,
    block,
    logIndex: logs++,
    transaction: hashOf(block),
  };
}

export function closed({ id: channelId }: TestChannel, block: number, amount: bigint): ChainEvent {
  return { kind: "closed", channelId, settled: amount, block, logIndex: logs++, transaction: hashOf(block) };
}

/** Takes over the events of blocks up to `block`, all confirmed unless told otherwise. */
export function advance(store: Store, block: number, events: readonly ChainEvent[] = [], confirmed = block) {
  const from = events.reduce((lowest, event) => Math.min(lowest, event.block), block);
  return store.chain.advance({
    from,
    cursor: { number: block, hash: hashOf(block) },
    events,
    head: headAt(block, confirmed),
  });
}

/** Opens a new channel in a block of its own and gives it to the store. */
export async function openChannel(store: Store, deposit: bigint, block = 10, changes: Partial<Terms> = {}) {
  const channel = newChannel(changes);
  await store.chain.foresee([opened(channel, block, deposit)]);
  const head = (await store.chain.head()) ?? headAt(block);
  await store.chain.observe({ ...head, confirmed: -1 });
  await store.chain.observe({ ...head, number: Math.max(head.number, block), confirmed: Math.max(head.number, block) });
  return channel;
}

/** Asks a store to charge a proof for `balance`. */
export function charge(
  store: Store,
  { id: channelId, proof }: TestChannel,
  balance: bigint,
  price: bigint,
  more: Partial<Charge> = {},
): Promise<ChargeOutcome> {
  return store.charge({ channelId, balance, signature: proof(balance), price, ...more });
}
