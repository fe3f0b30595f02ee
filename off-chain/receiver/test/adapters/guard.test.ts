import { expect } from "chai";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { guardAnswer } from "../../src/adapters/node/guard.ts";
import type { Ending, PaidRequest } from "../../src/paywall/types.ts";

describe("A guarded answer", () => {
  let endings: Ending[];

  beforeEach(() => {
    endings = [];
  });

  const paid: PaidRequest = {
    kind: "paid",
    sender: "0x00000000000000000000000000000000000000aa",
    price: 5n,
    keepsAnswer: false,
    receipt: () => ({ "Cache-Control": "private", "RDN-Cost": "5" }),
    ended: (ending) => Promise.resolve(void endings.push(ending)),
  };

  /** What a client gets from a handler that was paid. */
  async function answerOf(handler: RequestListener): Promise<Response> {
    const server = createServer((request, response) => {
      guardAnswer(response, paid);
      handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await response.arrayBuffer();
      return response;
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const ways: Record<string, RequestListener> = {
    "with the status, as an object": (_request, response) =>
      void response.writeHead(201, { "cache-CONTROL": "public", "X-Own": "1", "RDN-Cost": "0" }).end("content"),
    "with the status and its reason": (_request, response) =>
      void response.writeHead(201, "Made", { "Cache-Control": "public", "x-own": "1" }).end("content"),
    "with the status, as a list": (_request, response) =>
      void response.writeHead(201, ["Cache-Control", "public", "X-Own", "1"]).end("content"),
    beforehand: (_request, response) => {
      response.setHeader("Cache-Control", "public");
      response.setHeader("X-Own", "1");
      response.writeHead(201).end("content");
    },
    "partly beforehand": (_request, response) => {
      response.setHeader("Cache-Control", "public");
      response.writeHead(201, { "X-Own": "1" }).end("content");
    },
  };

  for (const [way, handler] of Object.entries(ways)) {
    it(`bears the receipt in place of the handler's own headers, given ${way}`, async () => {
      const { status, headers } = await answerOf(handler);
      expect(status).to.equal(201);
      expect(headers.get("cache-control")).to.equal("private");
      expect(headers.get("rdn-cost")).to.equal("5");
      expect(headers.get("x-own")).to.equal("1");
      expect(endings[0]).to.include({ kind: "answered", status: 201 });
    });
  }

  it("keeps the reason and what a handler leaves undefined", async () => {
    const { statusText, headers } = await answerOf((_request, response) => {
      response.writeHead(200, "Fine", { "x-own": undefined }).end();
    });
    expect(statusText).to.equal("Fine");
    expect(headers.get("x-own")).to.equal(null);
    expect(headers.get("cache-control")).to.equal("private");
  });

  it("is watched by each of two guards", async () => {
    const others: Ending[] = [];
    const { status, headers } = await answerOf((_request, response) => {
      const ended = (ending: Ending): Promise<void> => Promise.resolve(void others.push(ending));
      guardAnswer(response, { ...paid, receipt: () => ({ "X-Other": "1" }), ended });
      response.writeHead(201).end();
    });
    expect([status, headers.get("x-other"), headers.get("rdn-cost")]).to.deep.equal([201, "1", "5"]);
    expect([others[0], endings[0]]).to.deep.equal([endings[0], others[0]]).and.not.to.include(undefined);
  });

  it("shares its function with all others: one of its own would cost a hidden class each", async () => {
    const functions = new Set<unknown>();
    for (let i = 0; i < 2; i++) {
      await answerOf((_request, response) => {
        functions.add(Object.getOwnPropertyDescriptor(response, "writeHead")?.value);
        response.end();
      });
    }
    expect(functions).to.have.lengthOf(1).and.not.to.include(undefined);
  });
});
