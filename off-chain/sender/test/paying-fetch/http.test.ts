import { expect } from "chai";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { memoryStore, SenderError } from "../../src/index.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

const SECRET_HEADERS = ["rdn-channel-id", "rdn-sender-balance", "rdn-balance-signature", "authorization", "cookie"];

describe("createPayingFetch as a fetch", () => {
  const world = useWorld();
  const servers: Server[] = [];

  /** Another origin. */
  async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(handler);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it("passes on what costs nothing, and 402s that ask for other payments", async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.url === "/free" ? 201 : 402, { "x-other": "money" }).end("hello");
    });
    const { pay } = world.sender();
    expect((await pay(`${url}/free`)).status).to.equal(201);
    const response = await pay(`${url}/other`);
    expect([response.status, await response.text()]).to.deep.equal([402, "hello"]);
  });

  it("throws where an offer cannot be understood", async () => {
    const url = await serve((_request, response) => response.writeHead(402, { "RDN-Price": "1e3" }).end());
    expect((await rejection(world.sender().pay(url), SenderError)).code).to.equal("refused");
  });

  it("never pays for HEAD and OPTIONS", async () => {
    const seller = await world.seller();
    const { pay } = world.sender({ price: PRICE });
    await pay(`${seller.url}/a`);
    for (const method of ["HEAD", "OPTIONS"]) {
      expect((await pay(`${seller.url}/a`, { method })).status).to.equal(402);
    }
    expect(seller.only().offered).to.deep.equal([PRICE]);
  });

  it("sends method, headers and body again with the payment, also of a Request", async () => {
    const seen: string[] = [];
    const seller = await world.seller({
      onPayment: async ({ request }) => {
        let body = "";
        for await (const chunk of request.setEncoding("utf8")) body += chunk as string;
        seen.push(`${request.method} ${request.headers["x-mine"]} ${request.headers["content-type"]} ${body}`);
        return undefined;
      },
    });
    const { pay } = world.sender();
    const init = { method: "POST", headers: { "X-Mine": "1", "content-type": "a/b" }, body: "data" };
    await pay(`${seller.url}/a`, init);
    await pay(new Request(`${seller.url}/b`, init));
    await pay(new URL(`${seller.url}/c`), { ...init, body: new TextEncoder().encode("data") });
    expect(seen).to.deep.equal(Array.from({ length: 3 }, () => "POST 1 a/b data"));
  });

  it("pays in the first request where the price is known: one round trip", async () => {
    const seller = await world.seller({ price: (path) => (path.startsWith("/articles/") ? 2n * PRICE : PRICE) });
    const { pay } = world.sender({ pathPatterns: ["/articles/:id"] });
    await pay(`${seller.url}/a`);
    await pay(`${seller.url}/a`);
    await pay(`${seller.url}/articles/1`);
    await pay(`${seller.url}/articles/2?page=3`);
    expect(seller.log.map((line) => line.slice(4))).to.deep.equal([
      ...["/a", "/a", "/a"], // asked, paid, paid at once
      ...["/articles/1", "/articles/1", "/articles/2?page=3"],
    ]);
    expect(seller.only().spent).to.equal(6n * PRICE);
  });

  it("pays at once for what it never asked for, where the program knows the price", async () => {
    const seller = await world.seller();
    const { pay } = world.sender({ price: ({ url }) => (url.pathname === "/x" ? undefined : PRICE) });
    for (const path of ["/a", "/b", "/x"]) await pay(seller.url + path);
    expect(seller.log).to.deep.equal(["GET /a", "GET /a", "GET /b", "GET /x", "GET /x"]);
  });

  it("pays the very first request at once on the channel of an earlier session", async () => {
    const seller = await world.seller();
    const store = memoryStore();
    await world.sender({ store }).pay(`${seller.url}/a`);
    await world.sender({ store, price: PRICE }).pay(`${seller.url}/b`);
    expect(seller.log).to.deep.equal(["GET /a", "GET /a", "GET /b"]);
    expect(seller.only().spent).to.equal(2n * PRICE);
    const dear = world.sender({ store, price: 9n * PRICE });
    await dear.pay(`${seller.url}/c`);
    expect(
      dear.events.map(({ kind }) => kind),
      "no top-up unasked",
    ).to.deep.equal(["paid"]);
  });

  it("pays less where the price fell, and keeps the difference as credit", async () => {
    const seller = await world.seller({ price: 4n * PRICE });
    const { pay, spent } = world.sender();
    await pay(`${seller.url}/a`);
    seller.options = { price: PRICE };
    await pay(`${seller.url}/a`);
    await pay(`${seller.url}/a`);
    expect(seller.only().offered).to.deep.equal([4n * PRICE, 8n * PRICE, 8n * PRICE + 1n]);
    expect(await spent()).to.equal(6n * PRICE);
  });

  it("pays nothing for a known path that is gone", async () => {
    const seller = await world.seller();
    const { pay, spent } = world.sender();
    await pay(`${seller.url}/a`);
    seller.options = {
      onPayment: ({ response }) => {
        response.writeHead(404).end();
        return "answered";
      },
    };
    expect((await pay(`${seller.url}/a`)).status).to.equal(404);
    expect(await spent()).to.equal(PRICE);
    seller.options = {};
    await pay(`${seller.url}/a`);
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
  });

  it("follows a paid redirect without any payment header, to another origin also without credentials", async () => {
    for (const elsewhere of [true, false]) {
      const seen: Record<string, unknown>[] = [];
      const target = await serve((request, response) => {
        seen.push(request.headers);
        response.end("there");
      });
      const seller = await world.seller({
        onCharged: ({ response, path }) => {
          if (path !== "/a") return false;
          response.writeHead(302, { location: elsewhere ? `${target}/x` : "/b" }).end();
          return true;
        },
      });
      const { pay } = world.sender();
      const headers = { authorization: "Basic x", cookie: "a=b", "x-mine": "1" };
      const response = await pay(`${seller.url}/a`, { headers });
      if (elsewhere) {
        expect(await response.text()).to.equal("there");
        expect(seen).to.have.length(1);
        for (const name of SECRET_HEADERS) expect(seen[0]).to.not.have.property(name);
        expect(seen[0]).to.have.property("x-mine", "1");
      } else {
        expect(await response.text()).to.equal("content of /b");
        expect(seller.log, "the next is asked for its own price").to.deep.equal([
          "GET /a",
          "GET /a",
          "GET /b",
          "GET /b",
        ]);
        expect(seller.only().spent).to.equal(2n * PRICE);
      }
    }
  });

  it("pays at the end of an unpaid redirect, by the offer made there", async () => {
    const seller = await world.seller();
    const url = await serve((_request, response) => response.writeHead(307, { location: `${seller.url}/a` }).end());
    const { pay, channel } = world.sender();
    const response = await pay(url, { method: "POST", body: "x" });
    expect(response).to.include({ redirected: true, url: `${seller.url}/a` });
    expect(await response.text()).to.equal("content of /a");
    expect((await channel()).origin).to.equal(seller.url);
    expect((await pay(`${seller.url}/a`)).redirected).to.equal(false);
  });

  it("treats redirects as its caller says, and turns a POST into a GET as browsers do", async () => {
    const methods: string[] = [];
    const url = await serve((request, response) => {
      methods.push(`${request.method} ${request.headers["content-type"] ?? "-"}`);
      if (request.url === "/end") return void response.end("end");
      const location = { "/loop": "/loop", "/data": "data:text/plain,x", "/file": "file:///etc/hosts" }[request.url!];
      response.writeHead(location === "/loop" ? 302 : 303, { location: location ?? "/end" }).end();
    });
    const { pay } = world.sender();
    expect((await pay(url, { redirect: "manual" })).status).to.equal(303);
    await rejection(pay(url, { redirect: "error" }), TypeError);
    methods.length = 0;
    expect(await (await pay(url, { method: "POST", body: "x" })).text()).to.equal("end");
    expect(methods).to.deep.equal(["POST text/plain;charset=UTF-8", "GET -"]);
    expect((await rejection(pay(`${url}/loop`), TypeError)).message).to.match(/too many/);
    for (const path of ["/data", "/file"]) {
      expect((await rejection(pay(url + path), TypeError)).message, path).to.match(/no HTTP URL/);
    }
  });

  it("does not pay over plain HTTP beyond this machine, unless it is allowed to", async () => {
    const seller = await world.seller();
    const near = (input: Parameters<typeof fetch>[0], init?: RequestInit) =>
      fetch(String(input instanceof Request ? input.url : input).replace("http://shop.example", seller.url), init);
    const careful = world.sender({ fetch: near });
    const error = await rejection(careful.pay("http://shop.example/a"), SenderError);
    expect(error.code).to.equal("insecure");
    expect(seller.books.size).to.equal(0);
    const careless = world.sender({ fetch: near, allowInsecure: true });
    expect((await careless.pay("http://shop.example/a")).status).to.equal(200);
  });
});
