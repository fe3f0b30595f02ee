import type { FastifyReply } from "fastify";
import type { Engine } from "../engine.ts";
import { CLOSED, type ChannelRecord } from "../store/channel.ts";
import type { QueuedTransaction } from "../store/transactions.ts";
import { sendProblem, type Problem } from "./problem.ts";

const NO_GAS_KEY: Problem = {
  status: 501,
  code: "no-gas-key",
  title: "No gas key here",
  detail: "This receiver sends no transactions. Fetch the proof and submit it yourself, or configure a gas key.",
};

const NOT_LEADING: Problem = {
  status: 503,
  code: "not-leading",
  title: "Another node sends",
  detail:
    "Several receivers share this store, and another one of them sends the transactions. Ask that one (its metric " +
    "rmps_leading is 1), or, behind a load balancer, ask again.",
  retryAfter: 1,
};

const NOTHING: Problem = {
  status: 409,
  code: "nothing-to-do",
  title: "Nothing to do",
  detail: "Everything that was charged and can be settled is settled already, or is on its way.",
};

const accepted = (reply: FastifyReply, sent: QueuedTransaction) =>
  reply.code(202).send({ transaction: sent.hashes.at(-1), nonce: sent.nonce });

/** Submits the best proof now, at what was spent. */
export async function orderSettle(engine: Engine, channel: ChannelRecord, reply: FastifyReply): Promise<unknown> {
  if (engine.settler === undefined) return sendProblem(reply, NO_GAS_KEY);
  if (!engine.watcher.leading) return sendProblem(reply, NOT_LEADING);
  const sent = await engine.settler.order("settle", channel);
  return sent === undefined ? sendProblem(reply, NOTHING) : accepted(reply, sent);
}

/**
 * Closes a channel from the receiver's side, at what was spent: no payments are taken from that moment, the receiver
 * is paid and the sender refunded.
 */
export async function orderClose(engine: Engine, channel: ChannelRecord, reply: FastifyReply): Promise<unknown> {
  const { settler, store, watcher, closer } = engine;
  if (settler === undefined) return sendProblem(reply, NO_GAS_KEY);
  if (!watcher.leading) return sendProblem(reply, NOT_LEADING);
  if (channel.closesAt === CLOSED) return sendProblem(reply, NOTHING);
  if (!(await closer.end(channel.id))) {
    const detail =
      "The channel cannot be ended from here: its opening is unconfirmed, what it spent is not known since the store was " +
      "lost, or no agreement can be signed.";
    return sendProblem(reply, { ...NOTHING, code: "cannot-close", title: "Cannot close", detail });
  }
  const now = await store.channel(channel.id);
  const sent = now && (await settler.order("close", now));
  return sent === undefined ? sendProblem(reply, NOTHING) : accepted(reply, sent);
}
