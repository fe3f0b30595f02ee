import express, { type NextFunction, type Request, type Response } from "express";
import type { AddressInfo } from "node:net";
import { expressPaywall } from "../../src/adapters/express.ts";
import { PRICE, sellsBehind } from "./behaviour.ts";

sellsBehind("Express", async ({ paywall }, { served, slow, onSlow }) => {
  const app = express();
  const note = (request: Request, _response: Response, next: NextFunction) => {
    served.push(request.path);
    next();
  };
  const paid = [expressPaywall({ paywall, price: async () => PRICE }), note];
  app.get("/ok", paid, (_request: Request, response: Response) => void response.send("content"));
  app.get("/cached", paid, (_request: Request, response: Response) => {
    response.set("Cache-Control", "public").send("content");
  });
  app.get("/cookies", paid, (_request: Request, response: Response) => {
    response.cookie("a", "1").cookie("b", "2").send("content");
  });
  app.get("/free", expressPaywall({ paywall, price: 0n }), (_request, response) => void response.send("content"));
  app.get("/bad", paid, (_request: Request, response: Response) => void response.status(400).send("bad"));
  app.get("/partial", paid, (_request: Request, response: Response) => void response.status(206).send("part"));
  app.get("/unchanged", paid, (_request: Request, response: Response) => void response.status(304).end());
  app.get("/fail", paid, (_request: Request, response: Response) => void response.status(503).send("sorry"));
  app.get("/throw", paid, async () => {
    throw new Error("a bug");
  });
  app.get("/slow", paid, async (_request: Request, response: Response) => {
    onSlow();
    await slow;
    response.send("content");
  });
  app.get("/late", paid, (_request: Request, response: Response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("begin", () => response.destroy());
  });
  app.post("/echo", paid, express.text({ limit: "1mb" }), (request: Request, response: Response) => {
    response.type("text/plain").send(request.body);
  });
  // Express's own would print the error.
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (!response.headersSent) response.status(500).end();
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
