import { expect } from "chai";
import { createServer, IncomingMessage, ServerResponse, type RequestListener } from "node:http";
import { Socket, type AddressInfo } from "node:net";
import { guardAnswer } from "../../src/adapters/node/guard.ts";
import type { PaidRequest } from "../../src/paywall/types.ts";
import { sandboxAnswer } from "../../src/proxy/sandbox.ts";

describe("A sandboxed answer", () => {
  const paid: PaidRequest = {
    kind: "paid",
    sender: "0x00000000000000000000000000000000000000aa",
    price: 5n,
    keepsAnswer: false,
    receipt: () => ({ "RDN-Cost": "5" }),
    ended: () => Promise.resolve(),
  };

  /** What a client gets from a handler that was paid. */
  async function answerOf(handler: RequestListener): Promise<Response> {
    const server = createServer((request, response) => {
      sandboxAnswer(response);
      guardAnswer(response, paid);
      handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      return await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const ways: Record<string, RequestListener> = {
    "at once": (_request, response) => void response.end("content"),
    "with headers": (_request, response) => void response.writeHead(200, { "X-Own": "1" }).end("content"),
    "with headers set before": (_request, response) => void response.setHeader("X-Own", "1").end("content"),
  };
  for (const [way, handler] of Object.entries(ways)) {
    it(`bears policy and receipt, given ${way}`, async () => {
      const { status, headers } = await answerOf(handler);
      expect(status).to.equal(200);
      expect(headers.get("content-security-policy")).to.match(/^sandbox allow-scripts /);
      expect(headers.get("rdn-cost")).to.equal("5");
    });
  }

  it("shares its function with all others, like guarded ones", () => {
    const functions = [0, 1].map(() => {
      const response = new ServerResponse(new IncomingMessage(new Socket()));
      sandboxAnswer(response);
      return Object.getOwnPropertyDescriptor(response, "writeHead")?.value as unknown;
    });
    expect(functions[0]).to.be.a("function").and.to.equal(functions[1]);
  });
});
