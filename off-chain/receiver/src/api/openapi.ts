/** What the server answers, in OpenAPI 3.1: served, and compared with real answers by the tests. */
import { GATEWAY_PATH } from "../paywall/types.ts";
import { SQLITE_TYPE } from "./backup.ts";
import { address, amount, hash, hex, id, integer, object, query, seconds, sender, terms } from "./openapi/parts.ts";
import { answer, problems } from "./openapi/responses.ts";
import { serverPaths, serverSchemas } from "./openapi/server.ts";
import { sponsoring, sponsorSchemas } from "./openapi/sponsor.ts";

const schemas = {
  Problem: {
    type: "object",
    description: "RFC 9457. Some carry facts, such as spent.",
    properties: {
      type: { type: "string" },
      title: { type: "string" },
      status: integer,
      detail: { type: "string" },
      code: { type: "string" },
      spent: amount,
      deposit: amount,
      least: amount,
      fee: amount,
      transaction: hash,
    },
    required: ["type", "title", "status", "detail", "code"],
  },
  Stats: object({
    chain_id: integer,
    contract: address,
    token: address,
    receiver: address,
    receiver_signer: { ...address, description: "Zero: the receiver itself." },
    challenge_period: integer,
    min_challenge_period: integer,
    max_challenge_period: integer,
    min_deposit: amount,
    sponsoring,
    channels: object({ open: integer, closing: integer, closed: integer }),
    deposit: amount,
    accepted: amount,
    spent: amount,
    settled: amount,
    unsettled: amount,
    block: { oneOf: [object({ number: integer, hash, confirmed: integer }), { type: "null" }] },
  }),
  Channel: object({
    id: hash,
    ...terms,
    status: { enum: ["open", "closing", "closed"] },
    opened_block: { type: ["integer", "null"] },
    deposit: amount,
    confirmed_deposit: amount,
    accepted: amount,
    spent: amount,
    fee: { ...amount, description: "Of sponsoring: counts as spent from the next proof." },
    in_flight: amount,
    settled: amount,
    closes_at: { ...integer, description: "0: open; 4294967295: closed; else Unix seconds." },
    agreement: { oneOf: [object({ amount, deadline: seconds }), { type: "null" }] },
  }),
  Channels: object({
    channels: { type: "array", items: { $ref: "#/components/schemas/Channel" } },
    next: { oneOf: [hash, { type: "null" }], description: "Pass it as `after` for the next page." },
  }),
  CloseRequest: object({ amount, deadline: { oneOf: [seconds, integer] }, signature: hex }),
  Agreement: object({ amount, deadline: seconds, close_signature: hex }),
  Bundle: object({
    chain_id: integer,
    contract: address,
    channel_id: hash,
    terms: object(terms),
    amount,
    balance: amount,
    proof: hex,
  }),
  ...sponsorSchemas,
  ...serverSchemas,
  Sent: object({ transaction: hash, nonce: integer }),
};

/** Problems of an operation that takes a body. */
const BODY_PROBLEMS = [400, 413, 415] as const;

const closing = (operationId: string) => ({
  operationId,
  summary: "Close with the receiver's agreement",
  description:
    "With the sender side's CloseRequest: answers with a closing agreement, and the channel takes no more payments. " +
    "With the operator's token and no body: closes from the receiver's side, at what was spent.",
  parameters: [sender, id],
  requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/CloseRequest" } } } },
  responses: {
    200: answer("Agreement", "The agreement. The sender submits it with `close`."),
    202: answer("Sent", "The operator's order is on its way."),
    ...problems(...BODY_PROBLEMS, 403, 404, 409, 422, 501),
  },
});

/** An SQLite database. */
const copy = { description: "The copy, bound to this deployment", content: { [SQLITE_TYPE]: {} } };

const operator = (operation: Record<string, unknown>) => ({ ...operation, security: [{ operator: [] }] });

/**
 * The description, complete: of the API, whose paths are relative to where it is, `/api/1` unless configured, and of what
 * the server answers beside it.
 */
export const OPENAPI = {
  openapi: "3.1.0",
  info: {
    title: "RMPS receiver",
    version: "1",
    description: "Amounts are decimal strings. Errors are RFC 9457 problems whose detail says how to mend them.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: GATEWAY_PATH }],
  paths: {
    ...serverPaths,
    "/openapi.json": {
      get: {
        operationId: "openapi",
        summary: "This description",
        responses: { 200: { description: "OpenAPI 3.1", content: { "application/json": {} } }, ...problems() },
      },
    },
    "/stats": {
      get: {
        operationId: "stats",
        summary: "This receiver in numbers",
        responses: { 200: answer("Stats", "Sums"), ...problems() },
      },
    },
    "/channels": {
      get: operator({
        operationId: "channels",
        summary: "Channels, in the order of their ids",
        parameters: query,
        responses: { 200: answer("Channels", "A page"), ...problems(400, 401) },
      }),
      post: {
        operationId: "sponsor",
        summary: "Have a deposit sent, its gas paid by the receiver",
        description:
          "Opens or tops up a channel with the sender's signed authorization. Answers as soon as the transaction is on its " +
          "way; the very same request gets the same answer again, and costs nothing.",
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/SponsorRequest" } } },
        },
        responses: { 202: answer("Sponsored", "On its way"), ...problems(...BODY_PROBLEMS, 404, 409, 422) },
      },
    },
    "/channels/{sender}": {
      get: operator({
        operationId: "channelsOfSender",
        summary: "Channels of one sender",
        parameters: [sender, ...query],
        responses: { 200: answer("Channels", "A page"), ...problems(400, 401) },
      }),
    },
    "/channels/{sender}/{id}": {
      get: operator({
        operationId: "channel",
        summary: "One channel",
        parameters: [sender, id],
        responses: { 200: answer("Channel", "The channel"), ...problems(400, 401, 404) },
      }),
      delete: closing("close"),
    },
    "/channels/{sender}/{id}/close": { post: closing("closeByPost") },
    "/channels/{sender}/{id}/proof": {
      get: operator({
        operationId: "proof",
        summary: "What a watchtower needs to defend the channel. Keep it secret.",
        parameters: [sender, id],
        responses: { 200: answer("Bundle", "Terms and best proof"), ...problems(400, 401, 404) },
      }),
    },
    "/backup": {
      get: operator({
        operationId: "backup",
        summary: "A consistent copy of the store, while payments go on. Keep it secret.",
        responses: { 200: copy, ...problems(401, 409, 501) },
      }),
    },
    "/channels/{sender}/{id}/settle": {
      post: operator({
        operationId: "settle",
        summary: "Submit the best proof now, at what was spent",
        parameters: [sender, id],
        responses: { 202: answer("Sent", "On its way"), ...problems(400, 401, 404, 409, 501) },
      }),
    },
  },
  components: { schemas, securitySchemes: { operator: { type: "http", scheme: "bearer" } } },
} as const;
