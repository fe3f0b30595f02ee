import fastify from "fastify";
import type { AddressInfo } from "node:net";
import { fastifyPaywall } from "../../src/adapters/fastify.ts";
import { PRICE, sellsBehind } from "./behaviour.ts";

sellsBehind("Fastify", async ({ paywall }, { served, slow, onSlow }) => {
  const app = fastify();
  await app.register(fastifyPaywall, { paywall });
  const config = { sale: { price: PRICE } };
  app.addHook("preHandler", async (request) => void served.push(request.url));
  app.get("/ok", { config }, async () => "content");
  app.get("/cached", { config }, async (_request, reply) => reply.header("cache-control", "public").send("content"));
  app.get("/cookies", { config }, async (_request, reply) =>
    reply.header("set-cookie", ["a=1", "b=2"]).send("content"),
  );
  app.get("/free", { config: { sale: { price: 0n } } }, async () => "content");
  app.get("/bad", { config }, async (_request, reply) => reply.code(400).send("bad"));
  app.get("/partial", { config }, async (_request, reply) => reply.code(206).send("part"));
  app.get("/unchanged", { config }, async (_request, reply) => reply.code(304).send());
  app.get("/fail", { config }, async (_request, reply) => reply.code(503).send("sorry"));
  app.get("/throw", { config }, async () => {
    throw new Error("a bug");
  });
  app.get("/slow", { config }, async () => {
    onSlow();
    await slow;
    return "content";
  });
  app.get("/late", { config }, async (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-length": "100" });
    reply.raw.write("begin", () => reply.raw.destroy());
  });
  app.post("/echo", { config }, async (request) => request.body);
  await app.listen({ port: 0 });
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, stop: () => app.close() };
});
