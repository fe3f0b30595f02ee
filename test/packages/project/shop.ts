// A seller with frameworks of its own, in older versions than ours: its program has one copy of their types, or our
// middleware would not fit into it.
import { expressPaywall, fastifyPaywall, honoPaywall, nodePaywall, type Paywall } from "@rmps/receiver";
import type { Express } from "express";
import type { FastifyInstance } from "fastify";
import { Hono } from "hono";

export async function sell(paywall: Paywall, express: Express, fastify: FastifyInstance) {
  express.get(
    "/weather/:city",
    expressPaywall({ paywall, price: (request) => (request.query["days"] === "7" ? 5n : 1n) }),
    (request, response) => void response.send(`Sunny in ${request.params.city}.`),
  );
  await fastify.register(fastifyPaywall, { paywall });
  fastify.get("/weather", { config: { sale: { price: (request) => BigInt(request.url.length) } } }, () => "Sunny.");
  const hono = new Hono().get(
    "/weather/:city",
    honoPaywall({ paywall, price: (context) => (context.req.query("days") === "7" ? 5n : 1n) }),
    (context) => context.text(`Sunny in ${context.req.param("city")}.`),
  );
  return { hono, handler: nodePaywall({ paywall, price: 1n }, (_request, response) => void response.end("Sunny.")) };
}
