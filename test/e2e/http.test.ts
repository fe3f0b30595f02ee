import { expect } from "chai";
import { connect } from "node:net";

import { OPERATOR, openChannel, openShop, payment, prices, type Shop } from "./support/shop.ts";

describe("npm start: paths, methods and browsers", () => {
  let shop: Shop;

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.stop());

  /** A request whose path no client library tidied up; answers with the status code. */
  function raw(path: string, method = "GET", headers: Record<string, string> = {}): Promise<number> {
    const { hostname, port } = new URL(shop.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      // The status line comes in the first packet; what a server does with the rest of a bad request is its own affair.
      socket.once("data", (chunk) => {
        resolve(Number(chunk.toString("latin1").split(" ")[1]));
        socket.destroy();
      });
      socket.on("error", reject);
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n${lines.join("")}\r\n`);
    });
  }

  it("shows the books to the operator alone", async () => {
    const ask = (token: string) =>
      fetch(`${shop.url}/api/1/channels`, { headers: { Authorization: `Bearer ${token}` } }).then(
        ({ status }) => status,
      );
    expect(await ask(OPERATOR)).to.equal(200);
    expect(await ask("somebody-else-entirely")).to.equal(401);
  });

  it("serves nothing by a path that leaves its folder or is spelt in another way, paid or not", async () => {
    const channel = await openChannel(shop, 2);
    let balance = 0n;
    for (const path of [
      "/../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/package.json",
      "/x/../doggo.jpg",
      "//doggo.jpg",
      "/./doggo.jpg",
      "/doggo%2ejpg",
      "/%64oggo.jpg",
      "/doggo.jpg%00",
      "/doggo.jpg/",
      "/..\\package.json",
      "/%",
      "/%zz",
      "/%ff",
    ]) {
      expect(await raw(path), path).to.be.oneOf([400, 404]);
      expect(await raw(path, "GET", payment(channel, (balance += 10n ** 17n))), `${path}, paid`).to.be.oneOf([
        400, 404,
      ]);
    }
  });

  it("answers what is not sold with 404, which costs nothing", async () => {
    expect(await raw("/")).to.equal(404);
    expect(await raw("/nothing.jpg")).to.equal(404);
    const channel = await openChannel(shop, 2);
    expect(await raw("/nothing.jpg", "GET", payment(channel, prices["/doggo.jpg"]))).to.equal(404);
    expect(await raw("/doggo.jpg", "GET", payment(channel, prices["/doggo.jpg"]))).to.equal(200);
  });

  it("answers HEAD with the offer, OPTIONS for free and POST with 405", async () => {
    const head = await fetch(`${shop.url}/doggo.jpg`, { method: "HEAD" });
    expect(head.status).to.equal(402);
    expect(head.headers.get("rdn-price")).to.equal(prices["/doggo.jpg"].toString());
    expect(await head.text()).to.equal("");

    const channel = await openChannel(shop, 3);
    const headers = payment(channel, prices["/doggo.jpg"]);
    expect((await fetch(`${shop.url}/doggo.jpg`, { method: "HEAD", headers })).status).to.equal(402);
    expect((await fetch(`${shop.url}/doggo.jpg`, { method: "OPTIONS", headers })).status).to.be.oneOf([200, 204]);
    const post = await fetch(`${shop.url}/doggo.jpg`, { method: "POST", headers, body: "x" });
    expect(post.status).to.equal(405);
    expect(post.headers.get("allow")).to.contain("GET");
    expect((await fetch(`${shop.url}/doggo.jpg`, { headers })).status, "none of these cost anything").to.equal(200);
  });

  it("shows a browser a readable page with the price, without any third party", async () => {
    const response = await fetch(`${shop.url}/doggo.jpg`, { headers: { accept: "text/html,application/xhtml+xml" } });
    expect(response.status).to.equal(402);
    expect(response.headers.get("content-type")).to.match(/^text\/html/);
    expect(response.headers.get("content-security-policy")).to.contain("default-src 'none'");
    const page = await response.text();
    expect(page).to.contain("0.02");
    expect(page).to.not.match(/(?:src|href)="https?:\/\/(?!127\.0\.0\.1|localhost)/);
  });

  it("survives malformed HTTP", async () => {
    expect(await raw("/doggo.jpg", "GET", { "RDN-Channel-Id": "x".repeat(100_000) })).to.be.oneOf([400, 431]);
    expect(await raw("/doggo.jpg", "BREW")).to.be.oneOf([400, 405, 501]);
    expect((await fetch(`${shop.url}/doggo.jpg`)).status).to.equal(402);
  });
});
