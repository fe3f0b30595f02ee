import { expect } from "chai";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { freePort } from "../../off-chain/receiver/test/support/free-port.ts";
import { recipe, startCaddy, startNginx, type Running } from "./support/servers.ts";
import { paymentHeaders, startWorld, type PaidChannel, type World } from "./support/world.ts";

const SECRET = "a secret of the proxy, for tests".replaceAll(" ", "-");
const PRICE = 1000n;

interface Proxy {
  readonly name: string;
  start(receiver: string, app: string, port: number): Promise<Running>;
}

const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    start: (receiver, app, port) =>
      startNginx(
        recipe("nginx-forward-auth.conf", {
          "127.0.0.1:5000": receiver,
          "127.0.0.1:8080": app,
          "127.0.0.1:8081": `127.0.0.1:${port}`,
          "replace-with-openssl-rand-hex-32": SECRET,
        }),
        port,
      ),
  },
  {
    name: "Caddy",
    start: (receiver, app, port) =>
      startCaddy(
        recipe("Caddyfile", {
          "127.0.0.1:5000": receiver,
          "127.0.0.1:8080": app,
          "127.0.0.1:8081": `127.0.0.1:${port}`,
          "replace-with-openssl-rand-hex-32": SECRET,
        }),
        port,
      ),
  },
];

for (const { name, start } of proxies) {
  describe(`Forward auth behind ${name}`, () => {
    let world: World;
    let app: Server;
    let proxy: Running;
    let receiver: string;
    let url: string;
    let channel: PaidChannel;
    let balance: bigint;
    /** What reached the server behind. */
    let served: IncomingMessage[];

    before(async () => {
      world = await startWorld();
      app = createServer((request, response) => {
        served.push(request);
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          response.statusCode = request.url === "/sold/broken" ? 500 : 200;
          response.setHeader("Cache-Control", "public, max-age=60");
          response.end(`content ${Buffer.concat(chunks).toString()}`);
        });
      }).listen(0, "127.0.0.1");
      ({ url: receiver } = await world.receiver({
        forwardAuth: {
          secret: SECRET,
          routes: { "/sold/*": { price: PRICE, description: "Something" }, "/free": { price: 0n } },
        },
      }));
      const port = await freePort();
      proxy = await start(new URL(receiver).host, `127.0.0.1:${(app.address() as AddressInfo).port}`, port);
      url = `http://127.0.0.1:${port}`;
    });
    after(async () => {
      await proxy.stop();
      app.close();
      await world.stop();
    });
    beforeEach(async () => {
      channel = await world.channel();
      balance = 0n;
      served = [];
    });

    const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      fetch(url + path, { headers, ...init });
    const pay = (path: string, more: Record<string, string> = {}, init: RequestInit = {}) =>
      get(path, { ...paymentHeaders(channel, (balance += PRICE)), ...more }, init);

    it("hands on the whole offer, and asks nothing of the server behind", async () => {
      const answer = await get("/sold/a?b=c");
      expect(answer.status).to.equal(402);
      expect(answer.headers.get("rdn-price")).to.equal(String(PRICE));
      expect(answer.headers.get("payment-required")).to.be.a("string");
      expect(answer.headers.get("www-authenticate")).to.match(/^Payment /);
      expect(answer.headers.get("cache-control")).to.equal("no-store");
      expect(await answer.json()).to.include({ code: "payment-required", status: 402 });
      expect((await get("/api/1/stats")).status, "the channels API").to.equal(200);
      expect(served).to.deep.equal([]);
    });

    it("hands on the page for people, and its files", async () => {
      const answer = await get("/sold/a", { accept: "text/html" });
      expect(answer.status).to.equal(402);
      expect(answer.headers.get("content-security-policy")).to.contain("default-src 'none'");
      const script = /<script defer src="([^"]+)"/.exec(await answer.text())![1]!;
      expect((await get(script)).status).to.equal(200);
      expect(served).to.deep.equal([]);
    });

    it("serves what is paid for, with a receipt, without the payment, and keeps caches from sharing it", async () => {
      const answer = await pay("/sold/a?b=c");
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.equal("content ");
      expect(answer.headers.get("rdn-cost")).to.equal(String(PRICE));
      expect(answer.headers.get("rdn-spent")).to.equal(String(PRICE));
      expect(answer.headers.get("cache-control")).to.equal("private");
      expect(served.map((request) => request.url)).to.deep.equal(["/sold/a?b=c"]);
      for (const header of ["rdn-channel-id", "rdn-balance-signature", "rmps-proxy-secret"]) {
        expect(served[0]!.headers[header], header).to.be.oneOf([undefined, ""]);
      }
    });

    it("hands on methods and bodies", async () => {
      const answer = await pay("/sold/a", { "content-type": "text/plain" }, { method: "POST", body: "hello" });
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.equal("content hello");
      expect(served.map((request) => request.method)).to.deep.equal(["POST"]);
    });

    it("refuses a replay with its reason", async () => {
      expect((await pay("/sold/a")).status).to.equal(200);
      balance -= PRICE;
      const answer = await pay("/sold/a");
      expect(answer.status).to.equal(402);
      expect(answer.headers.get("rdn-invalid-amount")).to.equal("1");
      expect(answer.headers.get("rdn-spent"), "for the channel's sender").to.equal(String(PRICE));
      expect(await answer.json()).to.include({ code: "insufficient-payment" });
      expect(served).to.have.length(1);
    });

    it("charges what the server behind fails to serve: it is not told", async () => {
      expect((await pay("/sold/broken")).status).to.equal(500);
      const answer = await pay("/sold/a");
      expect(answer.headers.get("rdn-spent")).to.equal(String(2n * PRICE));
    });

    it("lets through what is free, and nothing that is not listed", async () => {
      expect((await get("/free")).status).to.equal(200);
      expect((await get("/free")).headers.get("rdn-cost")).to.equal(null);
      expect((await get("/other")).status).to.equal(404);
      expect((await get("/free/../sold/a")).status).to.be.oneOf([402, 400]);
      expect((await get("/sold%2Fa")).status).to.be.oneOf([400, 404]);
      expect(served.map((request) => request.url)).to.deep.equal(["/free", "/free"]);
    });

    it("believes no client that poses as the proxy", async () => {
      const lies = {
        "x-forwarded-uri": "/free",
        "x-forwarded-method": "OPTIONS",
        "x-request-id": "the-same-for-ever",
        "rmps-proxy-secret": "guessed",
      };
      expect((await get("/sold/a", lies)).status).to.equal(402);
      expect((await pay("/sold/a", lies)).headers.get("rdn-spent")).to.equal(String(PRICE));
      expect((await pay("/sold/a", lies)).headers.get("rdn-spent"), "the id is the proxy's").to.equal(
        String(2n * PRICE),
      );
      const direct = await fetch(`${receiver}/_rmps/auth`, { headers: lies });
      expect(direct.status).to.equal(403);
    });

    it("serves many at once, each once", async () => {
      const balances = Array.from({ length: 20 }, (_, i) => PRICE * BigInt(((i * 7) % 20) + 1));
      const answers = await Promise.all(balances.map((each) => get("/sold/a", paymentHeaders(channel, each))));
      expect(answers.map(({ status }) => status)).to.deep.equal(balances.map(() => 200));
      const same = await Promise.all(balances.map(() => get("/sold/a", paymentHeaders(channel, 100n * PRICE))));
      expect(same.filter(({ status }) => status === 200)).to.have.length(1);
      expect(served).to.have.length(21);
    });
  });
}
