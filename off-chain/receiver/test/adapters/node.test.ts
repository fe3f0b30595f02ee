import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodePaywall, type NodeHandler } from "../../src/adapters/node.ts";
import { PRICE, sellsBehind } from "./behaviour.ts";

sellsBehind("node:http", async ({ paywall }, { served, slow, onSlow }) => {
  const paths: Record<string, NodeHandler> = {
    "/ok": (_request, response) => void response.end("content"),
    "/cached": (_request, response) => void response.writeHead(200, ["Cache-Control", "public"]).end("content"),
    "/cookies": (_request, response) => void response.setHeader("set-cookie", ["a=1", "b=2"]).end("content"),
    "/free": (_request, response) => void response.end("content"),
    "/bad": (_request, response) => void response.writeHead(400, "Bad", { "x-a": "b" }).end("bad"),
    "/partial": (_request, response) => void Object.assign(response, { statusCode: 206 }).end("part"),
    "/unchanged": (_request, response) => void response.writeHead(304).end(),
    "/fail": (_request, response) => void response.writeHead(503).end("sorry"),
    "/throw": () => {
      throw new Error("a bug");
    },
    "/slow": async (_request, response) => {
      onSlow();
      await slow;
      response.end("content");
    },
    "/late": (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("begin", () => response.destroy());
    },
    "/echo": (request, response) => void request.pipe(response),
  };
  const server = createServer((request, response) => {
    // As people route: what they do not see is what their router does with odd targets.
    const path = URL.canParse(request.url ?? "", "http://site") ? new URL(request.url!, "http://site").pathname : "";
    const handler = paths[path];
    if (handler === undefined) return void response.writeHead(404).end();
    const price = () => (path === "/free" ? 0n : PRICE);
    const paid = nodePaywall({ paywall, price }, (...both) => {
      served.push(path);
      return handler(...both);
    });
    void paid(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
