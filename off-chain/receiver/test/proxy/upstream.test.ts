import { expect } from "chai";
import fastify from "fastify";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createCors } from "../../src/paywall/cors.ts";
import { Content } from "../../src/proxy/content.ts";
import { sell } from "../../src/proxy/sell.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";
import type { TestChannel } from "../support/channels.ts";
import { eventually } from "../support/eventually.ts";

describe("An upstream behind the paywall", () => {
  let shop: Shop;
  let channel: TestChannel;
  let upstream: Server;
  let seen: IncomingMessage[];
  let behave: (request: IncomingMessage, response: ServerResponse) => void;
  let url: string;
  let origin: string;
  let stop: () => Promise<unknown>;
  let balance: bigint;

  before(async () => {
    shop = await openShop();
    channel = await shop.channel();
    balance = 0n;
    upstream = createServer((request, response) => {
      seen.push(request);
      behave(request, response);
    });
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const app = fastify();
    const routes = {
      "/up/*": { price: 5n, upstream: `${origin}/base`, headers: { "x-secret": "s3" } },
      "/hasty": { price: 5n, upstream: origin, timeoutMs: 300 },
      "/gone": { price: 5n, upstream: "http://127.0.0.1:1" },
    };
    sell(app, { paywall: shop.paywall, content: new Content(routes), cors: createCors(["https://shop.example"]) });
    await app.listen({ port: 0 });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    stop = () => app.close();
  });
  after(async () => {
    await stop();
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
    await shop.close();
  });
  beforeEach(() => {
    seen = [];
    behave = (_request, response) => void response.end("content");
  });

  const pay = (path: string, { headers = {}, ...init }: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(url + path, { redirect: "manual", ...init, headers: { ...payment(channel, (balance += 5n)), ...headers } });
  const spent = async () => (await shop.store.channel(channel.id))!.spent;
  const becomes = (amount: bigint) => eventually(async () => (await spent()) === amount);

  it("gets the path and query as they came, once they are paid for", async () => {
    expect((await fetch(`${url}/up/a`)).status).to.equal(402);
    expect(seen).to.have.length(0);
    const answer = await pay("/up/a%20b?x=%2e%2e&y=1");
    expect(await answer.text()).to.equal("content");
    expect(answer.headers.get("rdn-cost")).to.equal("5");
    expect(seen[0]!.url).to.equal("/base/up/a%20b?x=%2e%2e&y=1");
  });

  it("gets no payment, nothing between neighbours, nobody's claims, and what is configured", async () => {
    await pay("/up/a", {
      headers: {
        authorization: "Bearer users-own",
        "x-forwarded-for": "1.2.3.4",
        "x-secret": "theirs",
        "x-user": "u",
        "proxy-authorization": "x",
      },
    });
    const { headers } = seen[0]!;
    expect(Object.keys(headers).filter((name) => name.startsWith("rdn-"))).to.deep.equal([]);
    expect(headers.authorization).to.equal("Bearer users-own");
    expect(headers["x-forwarded-for"]).to.match(/127\.0\.0\.1$/);
    expect(headers["x-forwarded-proto"]).to.equal("http");
    expect(headers["x-secret"]).to.equal("s3");
    expect(headers["x-user"]).to.equal("u");
    expect(headers["proxy-authorization"]).to.equal(undefined);
    expect(headers.host).to.equal(new URL(origin).host);
  });

  it("gets no other claim of the client's, and neither side what the other one calls its neighbour's", async () => {
    behave = (_request, response) => {
      response.writeHead(200, { connection: "x-hop, close", "x-hop": "1", "keep-alive": "timeout=9", "x-own": "u" });
      response.end("content");
    };
    const claims = {
      "x-real-ip": "1.2.3.4",
      forwarded: "for=1.2.3.4",
      "x-forwarded-port": "1",
      // Some frameworks take these for the path and method of the request: dearer ones, perhaps.
      "x-original-url": "/dear",
      "x-rewrite-url": "/dear",
      "x-http-method-override": "DELETE",
      "x-http-method": "DELETE",
      "x-method-override": "DELETE",
      // Others make one variable of this and of X-Forwarded-For.
      x_forwarded_for: "1.2.3.4",
      x_secret: "theirs",
    };
    const headers = {
      ...payment(channel, (balance += 5n)),
      ...claims,
      "x-forwarded-host": "shop.example",
      connection: "x-hop, close",
      "x-hop": "1",
      "x-own": "u",
    };
    // By hand, for fetch lets nobody name neighbours.
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${url}/up/a`, { headers }, resolve).on("error", reject).end();
    });
    answer.resume();
    const upstreams = seen[0]!.headers;
    for (const name of [...Object.keys(claims), "x-hop"]) expect(upstreams, name).to.not.have.property(name);
    expect(upstreams).to.include({ "x-own": "u", "x-forwarded-host": new URL(url).host });
    for (const name of ["x-hop", "keep-alive"]) expect(answer.headers, name).to.not.have.property(name);
    expect(answer.headers).to.include({ "x-own": "u" });
  });

  it("cannot speak for the paywall, nor make caches share what was paid", async () => {
    behave = (_request, response) => {
      response.writeHead(200, {
        "rdn-cost": "1",
        "payment-receipt": "x",
        "www-authenticate": 'Basic realm="a", Payment id="x"',
        "cache-control": "public, max-age=1000",
        "set-cookie": ["a=1", "b=2"],
        etag: '"e"',
      });
      response.end("content");
    };
    const { headers } = await pay("/up/a");
    expect(headers.get("rdn-cost")).to.equal("5");
    expect(headers.get("payment-receipt")).to.equal(null);
    expect(headers.get("www-authenticate")).to.equal(null);
    expect(headers.get("cache-control")).to.equal("private");
    expect(headers.getSetCookie()).to.deep.equal(["a=1", "b=2"]);
    expect(headers.get("etag")).to.equal('"e"');
  });

  it("does not decide which origins may read what is sold", async () => {
    behave = (_request, response) => {
      const headers = { "access-control-allow-origin": "*", "access-control-allow-credentials": "true" };
      response.writeHead(200, headers).end("content");
    };
    const ours = await pay("/up/a", { headers: { origin: "https://shop.example" } });
    expect(ours.headers.get("access-control-allow-origin"), "twice is never").to.equal("https://shop.example");
    const others = await pay("/up/a", { headers: { origin: "https://evil.example" } });
    expect(others.headers.get("access-control-allow-origin")).to.equal(null);
    expect(others.headers.get("access-control-allow-credentials")).to.equal(null);
  });

  it("streams bodies both ways", async () => {
    behave = (request, response) => void request.pipe(response);
    const body = "x".repeat(3_000_000);
    const answer = await pay("/up/echo", { method: "POST", body });
    expect(await answer.text()).to.equal(body);
    const keyed = await pay("/up/echo", { method: "PUT", body: "small", headers: { "idempotency-key": "k" } });
    expect(await keyed.text(), "read ahead, and put back").to.equal("small");
  });

  it("is not followed where it redirects; a redirect to itself stays here", async () => {
    behave = (_request, response) => void response.writeHead(302, { location: `${origin}/base/up/b?c` }).end();
    const own = await pay("/up/a");
    expect(own.status).to.equal(302);
    expect(own.headers.get("location")).to.equal("/up/b?c");
    behave = (_request, response) => void response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    const other = await pay("/up/a");
    expect(other.status).to.equal(302);
    expect(other.headers.get("location")).to.equal("http://169.254.169.254/");
    expect(seen).to.have.length(2);
  });

  it("costs nothing where it is not there, fails, or takes too long", async () => {
    const before = await spent();
    expect((await pay("/gone")).status).to.equal(502);
    await becomes(before);
    behave = (_request, response) => void response.writeHead(503).end();
    expect((await pay("/up/a")).status).to.equal(503);
    await becomes(before);
    behave = () => undefined;
    expect((await pay("/hasty")).status).to.equal(504);
    await becomes(before);
  });

  it("costs what it costs where it breaks off in the middle", async () => {
    const before = await spent();
    behave = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("begin", () => response.destroy());
    };
    const answer = await pay("/up/a");
    expect(answer.status).to.equal(200);
    const end = await answer.text().catch(() => "broke off");
    expect(end).to.equal("broke off");
    await becomes(before + 5n);
  });

  it("is reached by no other spelling of a path", async () => {
    for (const path of ["/up/..%2fadmin", "/up/%2e%2e/admin", "/up/a%00"]) {
      expect((await pay(path)).status, path).to.be.oneOf([400, 404]);
    }
    expect(seen).to.have.length(0);
  });
});
