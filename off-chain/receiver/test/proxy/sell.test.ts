import { expect } from "chai";
import fastify from "fastify";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCors } from "../../src/paywall/cors.ts";
import { Content } from "../../src/proxy/content.ts";
import type { Routes } from "../../src/proxy/routes.ts";
import { sell } from "../../src/proxy/sell.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";
import type { TestChannel } from "../support/channels.ts";
import { eventually } from "../support/eventually.ts";

describe("Content of the reference server", () => {
  let shop: Shop;
  let channel: TestChannel;
  let directory: string;
  let url: string;
  let stop: () => Promise<unknown>;
  let balance: bigint;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "rmps-content-"));
    mkdirSync(join(directory, "files", "sub"), { recursive: true });
    writeFileSync(join(directory, "secret.txt"), "secret");
    writeFileSync(join(directory, "files", "a b.txt"), "0123456789");
    writeFileSync(join(directory, "files", "sub", "page.html"), "<p>hello</p>");
    writeFileSync(join(directory, "files", ".hidden"), "hidden");
    symlinkSync(join(directory, "secret.txt"), join(directory, "files", "out.txt"));
    shop = await openShop();
    channel = await shop.channel();
    balance = 0n;
    const routes: Routes = {
      "/files/*": { price: 5n, directory: join(directory, "files") },
      "/one.txt": { price: 5n, file: join(directory, "files", "a b.txt") },
      "/teapot.txt": { price: 5n, file: join(directory, "files", "a b.txt"), status: 418 },
      "/hello/:name": {
        price: ({ params }) => BigInt(params["name"]!.length),
        methods: ["GET", "POST"],
        free: ["POST"],
        handler: ({ params, query, headers }) => `${params["name"]} ${query.get("q")} ${Object.keys(headers).join()}`,
      },
      "/json": { price: 5n, handler: () => Response.json({ a: 1 }, { status: 201, headers: { "x-a": "b" } }) },
      "/gratis": { price: 5n, free: ["GET", "OPTIONS"], handler: () => "content" },
      "/brokenprice": {
        price: () => {
          throw new Error("password of the database");
        },
        handler: () => "content",
      },
      "/badprice": { price: () => -1n, handler: () => "content" },
      "/bug": {
        price: 5n,
        handler: () => {
          throw new Error("a bug");
        },
      },
    };
    const app = fastify();
    sell(app, { paywall: shop.paywall, content: new Content(routes), cors: createCors(["https://shop.example"]) });
    app.get("/api/1/stats", async () => ({ ok: true }));
    await app.listen({ port: 0 });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    stop = () => app.close();
  });
  after(async () => {
    await stop();
    await shop.close();
    rmSync(directory, { recursive: true });
  });

  const pay = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(url + path, { ...init, headers: { ...payment(channel, (balance += 20n)), ...init.headers } });

  function raw(path: string, method = "GET", headers: Record<string, string> = {}): Promise<string> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString("latin1")));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join("")}\r\n`);
    });
  }

  it("sends files with their type, tag and ranges", async () => {
    const whole = await pay("/one.txt");
    expect(whole.status).to.equal(200);
    expect(whole.headers.get("content-type")).to.contain("text/plain");
    expect(whole.headers.get("x-content-type-options")).to.equal("nosniff");
    expect(await whole.text()).to.equal("0123456789");
    const part = await pay("/one.txt", { headers: { range: "bytes=2-4" } });
    expect(part.status).to.equal(206);
    expect(await part.text()).to.equal("234");
    const etag = whole.headers.get("etag")!;
    const conditional = { "If-None-Match": etag, ...payment(channel, (balance += 20n)) };
    expect(await raw("/one.txt", "GET", conditional)).to.match(/^HTTP\/1.1 304 /);
    expect((await pay("/one.txt", { headers: { range: "bytes=90-" } })).status).to.equal(416);
    const spent = (await shop.store.channel(channel.id))!.spent;
    expect(spent, "each of them costs").to.equal(20n);
  });

  it("takes the absolute form of a target for its path", async () => {
    const target = "http://shop.example/files/a%20b.txt?x";
    const paid = await raw(target, "GET", payment(channel, (balance += 20n)));
    expect(paid)
      .to.match(/^HTTP\/1.1 200 /)
      .and.to.match(/0123456789$/);
    const page = await raw(target, "GET", { accept: "text/html" });
    expect(page)
      .to.match(/^HTTP\/1.1 402 /)
      .and.to.contain(target);
    expect(await raw("http://shop.example/api/1/stats")).to.match(/^HTTP\/1.1 200 /);
    for (const odd of ["http://shop.example/files/../one.txt", "http://shop.example//one.txt", "*", "//x/one.txt"]) {
      expect(await raw(odd), odd).to.match(/^HTTP\/1.1 400 /);
      expect(await raw(odd, "OPTIONS"), odd).to.match(/^HTTP\/1.1 400 /);
    }
  });

  it("sends a whole file with a status of its own", async () => {
    const answer = await pay("/teapot.txt", { headers: { range: "bytes=2-4" } });
    expect(answer.status).to.equal(418);
    expect(await answer.text()).to.equal("0123456789");
    expect(answer.headers.get("rdn-cost")).to.equal("5");
  });

  it("sends what is in a directory, and nothing else", async () => {
    expect(await (await pay("/files/a%20b.txt")).text()).to.equal("0123456789");
    expect((await pay("/files/sub/page.html")).headers.get("content-type")).to.contain("text/html");
    const { spent } = (await shop.store.channel(channel.id))!;
    for (const path of [
      "/files/nothing",
      "/files/.hidden",
      "/files/out.txt",
      "/files/sub",
      "/files/sub/",
      "/files/",
      "/files/a%20b.txt/",
    ]) {
      expect((await pay(path)).status, path).to.equal(404);
    }
    expect((await shop.store.channel(channel.id))!.spent, "nothing was charged").to.equal(spent);
  });

  it("refuses every other spelling of a path, paid or not", async () => {
    const paths = [
      "/../secret.txt", "/files/../secret.txt", "/files/..%2fsecret.txt", "/files/%2e%2e/secret.txt", "/files//a%20b.txt",
      "/files/..\\secret.txt", "/files/a%20b.txt%00", "/one.txt/", "//one.txt", "/./one.txt", "/%6fne.txt", "/%", "/%ff",
      "http://x/./one.txt", "ftp://x/one.txt", "/ONE.txt", "/one%2etxt",
    ]; // prettier-ignore
    for (const path of paths) {
      expect(await raw(path), path).to.match(/^HTTP\/1.1 40[04] /);
      expect(await raw(path, "GET", payment(channel, (balance += 20n))), path).to.match(/^HTTP\/1.1 40[04] /);
    }
    expect(await raw("/api/1/%73tats"), "nor of other routes").to.match(/^HTTP\/1.1 400 /);
    expect(await raw("/api/1/stats")).to.match(/^HTTP\/1.1 200 /);
  });

  it("computes prices from parameters, and hides payments from handlers", async () => {
    expect((await fetch(`${url}/hello/anna`)).headers.get("rdn-price")).to.equal("4");
    const answer = await pay("/hello/caf%C3%A9?q=1");
    const text = await answer.text();
    expect(text).to.match(/^café 1 /);
    expect(text).to.not.contain("rdn");
    expect(answer.headers.get("rdn-cost")).to.equal("4");
  });

  it("knows methods: some free, others not there at all", async () => {
    expect((await fetch(`${url}/hello/anna?q=1`, { method: "POST", body: "x" })).status).to.equal(200);
    for (const method of ["POST", "DELETE", "PATCH", "PROPFIND"]) {
      const answer = await raw("/one.txt", method);
      expect(answer, method).to.match(/^HTTP\/1.1 405 /);
      expect(answer.toLowerCase(), method).to.contain("allow: get, head, options");
    }
    expect((await fetch(`${url}/hello/anna`, { method: "HEAD" })).status, "GET costs").to.equal(402);
    expect((await fetch(`${url}/gratis`, { method: "HEAD" })).status, "GET is free").to.equal(200);
    expect(await raw("/one.txt", "OPTIONS")).to.match(/^HTTP\/1.1 204 /);
    expect((await raw("/gratis", "POST")).toLowerCase(), "each named once").to.contain("allow: get, head, options\r\n");
    expect(await raw("/one.txt", "BREW")).to.match(/^HTTP\/1.1 400 /);
  });

  it("passes on a web-standard response", async () => {
    const answer = await pay("/json");
    expect(answer.status).to.equal(201);
    expect(answer.headers.get("x-a")).to.equal("b");
    expect(await answer.json()).to.deep.equal({ a: 1 });
  });

  it("charges nothing for its own bugs", async () => {
    const spent = async () => (await shop.store.channel(channel.id))!.spent;
    const before = await spent();
    for (const path of ["/badprice", "/brokenprice"]) {
      const answer = await pay(path);
      expect(answer.status).to.equal(500);
      expect(await answer.text())
        .to.contain('"code":"failed"')
        .and.not.to.match(/password|computed/);
    }
    expect(await spent()).to.equal(before);
    expect((await pay("/bug")).status).to.equal(500);
    await eventually(async () => (await spent()) === before);
  });

  it("refuses upgrades", async () => {
    const upgrade = { Upgrade: "websocket", Connection: "Upgrade" };
    expect(await raw("/one.txt", "GET", upgrade))
      .to.match(/^HTTP\/1.1 4\d\d /)
      .and.to.contain("no-upgrade");
  });

  it("answers other origins as configured", async () => {
    const preflight = await fetch(`${url}/one.txt`, {
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "GET",
        "access-control-request-headers": "rdn-channel-id,access-control-expose-headers",
      },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get("access-control-allow-origin")).to.equal("https://shop.example");
    expect(preflight.headers.get("access-control-allow-headers")).to.contain("rdn-channel-id");
    const answer = await fetch(`${url}/one.txt`, { headers: { origin: "https://shop.example" } });
    expect(answer.headers.get("access-control-allow-origin")).to.equal("https://shop.example");
    expect(answer.headers.get("access-control-expose-headers")).to.contain("RDN-Price");
    expect(answer.headers.get("vary")).to.contain("Accept").and.to.contain("Origin");
    const paid = await pay("/one.txt", { headers: { origin: "https://shop.example" } });
    expect(paid.headers.get("access-control-allow-origin")).to.equal("https://shop.example");
    const other = await fetch(`${url}/one.txt`, { headers: { origin: "https://evil.example" } });
    expect(other.headers.get("access-control-allow-origin")).to.equal(null);
  });

  it("refuses routes that cannot be served", () => {
    for (const routes of [
      { "/a": { price: 1n, file: "/nowhere/at/all" } },
      { "/a": { price: -1n, handler: () => "" } },
      { "/a": { price: 1n, directory: directory } },
      { "/a": { price: 1n, upstream: "ftp://x" } },
      { "/a": { price: 1n, upstream: "http://user@x" } },
    ] satisfies Routes[]) {
      expect(() => new Content(routes)).to.throw(RangeError);
    }
  });
});
