import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { honoPaywall } from "../../src/adapters/hono.ts";
import { PRICE, sellsBehind } from "./behaviour.ts";

sellsBehind("Hono", async ({ paywall }, { served, slow, onSlow }) => {
  const app = new Hono();
  app.onError((_error, context) => context.text("a bug", 500));
  const paid = honoPaywall({ paywall, price: (context) => (context.req.path === "/free" ? 0n : PRICE) });
  for (const path of [
    "ok",
    "cached",
    "cookies",
    "free",
    "bad",
    "partial",
    "unchanged",
    "fail",
    "throw",
    "slow",
    "late",
    "echo",
  ]) {
    app.use(`/${path}`, paid, async (context, next) => {
      served.push(context.req.path);
      await next();
    });
  }
  app.get("/ok", (context) => context.text("content"));
  app.get("/cached", (context) => context.text("content", 200, { "cache-control": "public" }));
  app.get("/cookies", (context) => context.text("content", 200, { "set-cookie": ["a=1", "b=2"] }));
  app.get("/free", (context) => context.text("content"));
  app.get("/bad", (context) => context.text("bad", 400));
  app.get("/partial", (context) => context.body("part", 206));
  app.get("/unchanged", (context) => context.body(null, 304));
  app.get("/fail", (context) => context.text("sorry", 503));
  app.get("/throw", () => {
    throw new Error("a bug");
  });
  app.get("/slow", async (context) => {
    onSlow();
    await slow;
    return context.text("content");
  });
  app.get("/late", () => {
    let begun = false;
    const body = new ReadableStream({
      pull(controller) {
        if (begun) controller.error(new Error("breaks off, as it should"));
        else controller.enqueue(new TextEncoder().encode("begin"));
        begun = true;
      },
    });
    return new Response(body, { headers: { "content-length": "100" } });
  });
  app.post("/echo", async (context) => context.text(await context.req.text()));
  const server = await new Promise<Server>((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(started as Server));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
