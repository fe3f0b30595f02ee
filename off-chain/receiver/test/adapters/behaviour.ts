import { expect } from "chai";
import { connect } from "node:net";
import { eventually } from "../support/eventually.ts";
import type { Paywall } from "../../src/paywall/paywall.ts";
import type { Admission } from "../../src/paywall/types.ts";
import { open, raw, request } from "../door/raw.ts";
import { openShop, payment, type Shop } from "../support/shop.ts";
import type { TestChannel } from "../support/channels.ts";

/** Targets of request lines that are, or look like, no path. */
const ODD_TARGETS = [
  "*",
  "//shop.example/ok",
  "//shop.example/free",
  "///ok",
  "http://shop.example",
  "http://shop.example?x",
  "http://shop.example?x/ok",
  "http://shop.example\\ok",
  "http://@/ok",
  "http://[::1/ok",
  "http:///ok",
  "http://shop.example/ok#free",
  "http://shop.example//ok",
  "ftp://shop.example/ok",
  "/\\shop.example/ok",
  "/ok?\\#",
  "/%",
  "/ok%00",
  "ok",
  "?",
];

/** Price of every path of a served test site, but `/free`. */
export const PRICE = 5n;

/** What happens to a request for each path; the same behind every adapter. */
export interface Site {
  /** Calls of handlers, in order. */
  readonly served: string[];
  /** Lets `/slow` go on. */
  release(): void;
  /** Resolves when `/slow` is asked for. */
  readonly asked: Promise<void>;
}

export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves: `/ok` 200 `content`, `/bad` 400, `/partial` 206, `/unchanged` 304, `/fail` 503, `/throw` throws, `/free` at price 0, `/slow` 200 when released, `/late` sends its status line and breaks off, `/cached` with `Cache-Control: public`, `/cookies` two of them, `/echo` (POST) the body. */
export type Serve = (shop: Shop, site: SiteControl) => Promise<Served>;

export interface SiteControl {
  readonly served: string[];
  readonly slow: Promise<void>;
  readonly onSlow: () => void;
}

/** How every adapter sells. */
export function sellsBehind(name: string, serve: Serve): void {
  describe(`The paywall behind ${name}`, () => {
    let shop: Shop;
    let server: Served;
    let channel: TestChannel;
    let served: string[];
    let release: () => void;
    let asked: Promise<void>;
    let admissions: Promise<Admission>[];

    beforeEach(async () => {
      shop = await openShop();
      admissions = [];
      const { admit } = shop.paywall;
      const watched: Paywall["admit"] = (...request) => {
        const admission = admit(...request);
        admissions.push(admission);
        return admission;
      };
      channel = await shop.channel();
      served = [];
      const slow = new Promise<void>((resolve) => (release = resolve));
      let onSlow = () => {};
      asked = new Promise<void>((resolve) => (onSlow = resolve));
      const paywall = { ...shop.paywall, admit: watched };
      server = await serve({ ...shop, paywall }, { served, slow, onSlow });
    });
    afterEach(async () => {
      release();
      await server.stop();
      await shop.close();
    });

    const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      fetch(server.url + path, { headers, ...init });
    const pay = (path: string, balance: bigint, more: Record<string, string> = {}, init: RequestInit = {}) =>
      get(path, { ...payment(channel, balance), ...more }, init);
    const spent = async () => (await shop.store.channel(channel.id))!.spent;

    const nothingInFlight = async () => (await shop.store.channel(channel.id))!.inFlight === 0n;

    /** Sends a request line as it stands. */
    const line = (target: string, headers: Record<string, string> = {}, method = "GET") =>
      raw(server.url, request(target, { connection: "close", ...headers }, method));

    it("takes the absolute form of a target for its path, and offers what the target names", async () => {
      const page = await line("http://other.example/ok", { accept: "text/html" });
      expect(page.status, page.text).to.equal(402);
      expect(page.text).to.contain("http://other.example/ok").and.not.to.contain("shop.example");
      const paid = await line("http://other.example/ok", payment(channel, 5n));
      expect(paid.status, paid.text).to.equal(200);
      expect(served).to.have.length(1);
      expect(await spent()).to.equal(5n);
    });

    it("gives nothing away for, and fails at, no target however odd", async () => {
      for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
        for (const target of ODD_TARGETS) {
          for (const accept of ["*/*", "text/html"]) {
            const { status, text } = await line(target, { accept }, method);
            expect(status, `${method} ${target} ${text}`).to.be.below(500);
            if (method === "GET") expect(text, target).not.to.match(/\r\n\r\n(?:[0-9a-f]+\r\n)?content/);
          }
        }
      }
      expect(await spent()).to.equal(0n);
    });

    it("answers an unpaid request with the offer, and does not serve it", async () => {
      const answer = await get("/ok");
      expect(answer.status).to.equal(402);
      expect(answer.headers.get("rdn-price")).to.equal("5");
      expect(answer.headers.get("cache-control")).to.equal("no-store");
      expect(answer.headers.get("content-type")).to.contain("application/problem+json");
      expect(await answer.json()).to.include({ code: "payment-required", status: 402 });
      expect(served).to.deep.equal([]);
    });

    it("serves a paid request with a receipt, and keeps caches from sharing it", async () => {
      const answer = await pay("/ok", 5n);
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.equal("content");
      expect(answer.headers.get("rdn-cost")).to.equal("5");
      expect(answer.headers.get("rdn-spent")).to.equal("5");
      expect(answer.headers.get("rdn-sender-address")).to.equal(channel.terms.sender);
      expect(answer.headers.get("cache-control")).to.equal("private");
      await eventually(nothingInFlight);
      expect((await pay("/cached", 10n)).headers.get("cache-control")).to.equal("private");
      expect(served).to.deep.equal(["/ok", "/cached"]);
    });

    it("refuses a proof that has bought something, and what is malformed", async () => {
      expect((await pay("/ok", 5n)).status).to.equal(200);
      expect((await pay("/ok", 5n)).status).to.equal(402);
      expect((await pay("/ok", 10n, { "rdn-sender-balance": "1e3" })).status).to.equal(400);
      expect(served).to.deep.equal(["/ok"]);
    });

    it("serves what is free without asking", async () => {
      const answer = await get("/free");
      expect(answer.status).to.equal(200);
      expect(answer.headers.get("rdn-cost")).to.equal(null);
    });

    it("answers HEAD with the offer, whatever it bears", async () => {
      const answer = await pay("/ok", 5n, {}, { method: "HEAD" });
      expect(answer.status).to.equal(402);
      expect(answer.headers.get("rdn-price")).to.equal("5");
      expect(await answer.text()).to.equal("");
      expect(await spent()).to.equal(0n);
    });

    it("charges nothing for what does not exist", async () => {
      expect((await pay("/nothing", 5n)).status).to.equal(404);
      expect(await spent()).to.equal(0n);
    });

    it("keeps the charge for the handler's 4xx, 206 and 304", async () => {
      expect((await pay("/bad", 5n)).status).to.equal(400);
      expect((await pay("/partial", 10n)).status).to.equal(206);
      expect((await pay("/unchanged", 15n)).status).to.equal(304);
      await eventually(nothingInFlight);
      expect(await spent()).to.equal(15n);
    });

    it("takes the charge back for a 5xx and for an exception, once, and gives no receipt", async () => {
      const failed = await pay("/fail", 5n);
      expect(failed.status).to.equal(503);
      expect(failed.headers.get("rdn-cost")).to.equal(null);
      await eventually(nothingInFlight);
      expect(await spent()).to.equal(0n);
      expect((await pay("/throw", 10n)).status).to.equal(500);
      await eventually(nothingInFlight);
      expect(await spent()).to.equal(0n);
      expect((await pay("/ok", 10n)).status, "the balance is used").to.equal(402);
      expect((await pay("/ok", 11n)).status, "the credit is there").to.equal(200);
      expect(await spent()).to.equal(5n);
    });

    it("keeps the charge once the status line is out, though the answer breaks off", async () => {
      await pay("/late", 5n)
        .then((answer) => answer.text())
        .catch(() => "broke off");
      await eventually(nothingInFlight);
      expect(await spent()).to.equal(5n);
    });

    it("keeps the charge when the client goes away before it is served", async () => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      const head = Object.entries(payment(channel, 5n)).map(([header, value]) => `${header}: ${value}\r\n`);
      socket.write(`GET /slow HTTP/1.1\r\nHost: x\r\n${head.join("")}\r\n`);
      await asked;
      socket.destroy();
      await eventually(nothingInFlight);
      release();
      expect(await spent()).to.equal(5n);
    });

    for (const [whose, headers] of [
      ["a payment", () => ({ ...payment(channel, 5n), "idempotency-key": "abc" })],
      ["no payment", () => ({})],
    ] as const) {
      it(`takes a client that breaks off the body of ${whose} for no error of its own`, async () => {
        const more = { "content-type": "text/plain", "content-length": "100", ...headers() };
        const local = request("/echo", more, "POST").replace("shop.example", "localhost"); // Offered by all dialects.
        const socket = open(server.url, `${local}half`);
        await eventually(() => admissions.length === 1);
        socket.destroy();
        expect(await admissions[0]).to.include({ kind: "refused", status: 400 });
        expect(served).to.be.empty;
        expect(await spent()).to.equal(0n);
      });
    }

    it("charges a repeat under an Idempotency-Key once, and answers it alike", async () => {
      const key = { "idempotency-key": "abc" };
      const first = await pay("/ok", 5n, key);
      expect(await first.text()).to.equal("content");
      await eventually(nothingInFlight);
      await eventually(async () => (await pay("/ok", 5n, key)).status === 200);
      const again = await pay("/ok", 10n, key);
      expect(again.status).to.equal(200);
      expect(await again.text()).to.equal("content");
      expect(again.headers.get("rdn-cost")).to.equal("5");
      expect(served).to.deep.equal(["/ok"]);
      expect(await spent()).to.equal(5n);
    });

    it("gives an answer with several cookies once: they cannot be kept as one", async () => {
      const first = await pay("/cookies", 5n, { "idempotency-key": "abc" });
      expect(first.headers.getSetCookie()).to.have.length(2);
      await first.text();
      await eventually(nothingInFlight);
      // What is answered later is kept later.
      const marker = { "idempotency-key": "marker" };
      await (await pay("/ok", 10n, marker)).text();
      await eventually(async () => (await pay("/ok", 10n, marker)).status === 200);
      expect((await pay("/cookies", 5n, { "idempotency-key": "abc" })).status).to.equal(409);
      expect(await spent()).to.equal(10n);
    });

    it("tells bodies apart under an Idempotency-Key, and hands them on", async () => {
      const post = (body: string, balance: bigint) =>
        pay("/echo", balance, { "idempotency-key": "abc", "content-type": "text/plain" }, { method: "POST", body });
      const first = await post("one", 5n);
      expect(await first.text()).to.equal("one");
      await eventually(nothingInFlight);
      const other = await post("two", 10n);
      expect(await other.text()).to.equal("two");
      await eventually(nothingInFlight);
      await eventually(async () => (await post("one", 5n)).status === 200);
      expect(await (await post("one", 5n)).text()).to.equal("one");
      expect(await spent()).to.equal(10n);
    });

    it("hands on the body of a paid POST", async () => {
      const body = "x".repeat(200_000);
      const answer = await pay("/echo", 5n, { "content-type": "text/plain" }, { method: "POST", body });
      expect(answer.status).to.equal(200);
      expect(await answer.text()).to.equal(body);
    });

    it("serves 20 parallel proofs in any order, and one proof once", async () => {
      const balances = Array.from({ length: 20 }, (_, i) => 5n * BigInt(((i * 7) % 20) + 1));
      const answers = await Promise.all(balances.map((balance) => pay("/ok", balance)));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(20);
      const same = await Promise.all(balances.map(() => pay("/ok", 200n)));
      expect(same.filter(({ status }) => status === 200)).to.have.length(1);
    });
  });
}
