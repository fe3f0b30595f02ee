import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { Engine } from "../engine.ts";
import type { ChannelFilter } from "../store/store.ts";
import { createBackups } from "./backup.ts";
import { closeProblem } from "./close.ts";
import { OPENAPI } from "./openapi.ts";
import { orderClose, orderSettle } from "./orders.ts";
import { parseCloseRequest, parseListing, parsePlace, parseSender } from "./parse.ts";
import { NOT_FOUND, sendProblem, UNAUTHORIZED } from "./problem.ts";
import { sponsor } from "./sponsor.ts";
import { tokenCheck } from "./token.ts";
import { bundleView, channelView, statsView } from "./views.ts";

export interface ApiOptions {
  readonly engine: Engine;
  /** The operator's; without one, nobody is the operator. */
  readonly token: string | undefined;
}

/** Largest body that is read, in bytes: a close request with a contract wallet's long signature fits. */
const BODY_LIMIT = 16 * 1024;

/** The API, as a Fastify plugin; register it under the gateway path. */
export const api: FastifyPluginAsync<ApiOptions> = async (app, { engine, token }) => {
  const { store, ledger, closer, resolved, watcher } = engine;
  app.setNotFoundHandler((_, reply) =>
    sendProblem(reply, { ...NOT_FOUND, code: "not-found", title: "Nothing here", detail: "See openapi.json." }),
  );
  app.addHook("onSend", async (_, reply) => void reply.header("cache-control", "no-store"));

  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers(); // Plain text is not taken for JSON.
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) =>
    // Many clients name the type of a body that they do not send.
    body === "" ? done(null) : parseJson(request, body, done),
  );

  app.get("/openapi.json", async () => OPENAPI);

  app.get("/stats", async () => {
    return statsView(resolved, await store.totals(), watcher.head());
  });

  const isOperator = token === undefined ? () => false : tokenCheck(token);

  async function close(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const place = parsePlace(request.params);
    if ("problem" in place) return sendProblem(reply, place.problem);
    const { sender, id } = place.value;
    const byOperator = request.body == null && isOperator(request.headers.authorization);
    const parsed = byOperator ? undefined : parseCloseRequest(request.body);
    if (parsed !== undefined && "problem" in parsed) return sendProblem(reply, parsed.problem);
    let channel = await store.channel(id);
    if (channel === undefined) {
      await watcher.discover(id); // opened just now, perhaps
      channel = await store.channel(id);
    }
    if (channel?.terms.sender !== sender) return sendProblem(reply, NOT_FOUND);
    if (parsed === undefined) return orderClose(engine, channel, reply);
    const verdict = await closer.close({ channelId: id, ...parsed.value });
    if (verdict.kind === "refused") return sendProblem(reply, closeProblem(verdict));
    return {
      amount: String(verdict.amount),
      deadline: String(verdict.deadline),
      close_signature: verdict.signature,
    };
  }
  const body = { bodyLimit: BODY_LIMIT };
  app.delete("/channels/:sender/:id", body, close);
  app.post("/channels/:sender/:id/close", body, close);
  app.post("/channels", body, (request, reply) => sponsor(engine.sponsor, request.body, reply));

  await app.register(async (operator) => {
    operator.addHook("onRequest", async (request, reply) => {
      if (!isOperator(request.headers.authorization)) return sendProblem(reply, UNAUTHORIZED);
    });
    operatorRoutes(operator, engine);
  });

  function operatorRoutes(app: FastifyInstance, engine: Engine): void {
    const list = async (query: unknown, more: ChannelFilter, reply: FastifyReply) => {
      const listing = parseListing(query);
      if ("problem" in listing) return sendProblem(reply, listing.problem);
      const { status, after, limit } = listing.value;
      const filter: ChannelFilter = { ...more, limit, after, ...(status === "all" ? {} : { status }) };
      const found = await store.channels(filter);
      const next = found.length === limit ? (found.at(-1)?.id ?? null) : null;
      return { channels: found.map(channelView), next };
    };
    app.get("/channels", (request, reply) => list(request.query, {}, reply));
    app.get("/channels/:sender", async (request, reply) => {
      const parsed = parseSender(request.params);
      if ("problem" in parsed) return sendProblem(reply, parsed.problem);
      return list(request.query, parsed.value, reply);
    });
    const one = async (request: FastifyRequest, reply: FastifyReply) => {
      const place = parsePlace(request.params);
      if ("problem" in place) return void sendProblem(reply, place.problem);
      const channel = await ledger.channel(place.value.id);
      if (channel?.terms.sender === place.value.sender) return channel;
      return void sendProblem(reply, NOT_FOUND);
    };
    app.get("/channels/:sender/:id", async (request, reply) => {
      const channel = await one(request, reply);
      return channel === undefined ? reply : channelView(channel);
    });
    app.get("/channels/:sender/:id/proof", async (request, reply) => {
      const channel = await one(request, reply);
      if (channel === undefined) return reply;
      const bundle = bundleView(resolved.identity, channel);
      const detail = "This channel has not paid: there is nothing to defend.";
      return bundle ?? sendProblem(reply, { ...NOT_FOUND, code: "no-proof", title: "No proof", detail });
    });
    const backUp = createBackups(store);
    app.get("/backup", { exposeHeadRoute: false }, (_, reply) => backUp(reply));
    app.post("/channels/:sender/:id/settle", async (request, reply) => {
      const channel = await one(request, reply);
      return channel === undefined ? reply : orderSettle(engine, channel, reply);
    });
  }
};
