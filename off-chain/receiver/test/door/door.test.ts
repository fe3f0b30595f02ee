import { expect } from "chai";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Socket, type AddressInfo } from "node:net";
import { createDoor, type Door, type DoorContext } from "../../src/door/door.ts";
import { Lag } from "../../src/door/load.ts";
import type { DoorOptions } from "../../src/door/options.ts";
import { answerOn, open, raw, request } from "./raw.ts";

describe("The door", () => {
  let door: Door;
  let server: Server;
  let url: string;
  let refused: string[];
  let waiting: ServerResponse[];
  let now = 0;

  /** Serves behind a door: `/wait` when told to, anything else at once, after the body. */
  async function serve(options: DoorOptions, context: DoorContext = {}): Promise<void> {
    refused = [];
    waiting = [];
    door = createDoor(options, { now: () => now, onRefused: (reason) => refused.push(reason), ...context });
    server = createServer(
      door.serverOptions,
      door.around((incoming: IncomingMessage, response: ServerResponse) => {
        incoming.on("error", () => undefined);
        if (incoming.url === "/wait") waiting.push(response);
        else incoming.resume().on("end", () => response.end("served"));
      }),
    );
    door.guard(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  afterEach(() => {
    door.close();
    server.closeAllConnections();
    server.close();
  });

  const proxy = ["127.0.0.1"];
  const from = (address: string, more: Record<string, string> = {}) =>
    fetch(url, { headers: { "x-forwarded-for": address, ...more } });

  it("limits requests by address, and says when to come again", async () => {
    await serve({ trustedProxies: proxy, perAddress: { perSecond: 0.5, burst: 3 } });
    for (let i = 0; i < 3; i++) expect((await from("203.0.113.1")).status).to.equal(200);
    const answer = await from("203.0.113.1");
    expect(answer.status).to.equal(429);
    expect(answer.headers.get("retry-after")).to.equal("2");
    expect(answer.headers.get("cache-control")).to.equal("no-store");
    expect(answer.headers.get("content-type")).to.equal("application/problem+json");
    expect(await answer.json()).to.include({ status: 429, code: "too-many-requests" });
    expect((await from("203.0.113.2")).status, "another address").to.equal(200);
    now += 2000;
    expect((await from("203.0.113.1")).status).to.equal(200);
    expect(refused).to.deep.equal(["too-many-requests"]);
  });

  it("tells who may be paying that it is busy: nothing was charged, the same balance may come again", async () => {
    await serve({ trustedProxies: proxy, perAddress: { perSecond: 1, burst: 1 } });
    await from("203.0.113.1");
    for (const name of ["rdn-channel-id", "authorization", "payment-signature"]) {
      const answer = await from("203.0.113.1", { [name]: "x" });
      expect(answer.status, name).to.equal(503);
      expect(answer.headers.get("retry-after")).to.equal("1");
      expect(await answer.json()).to.include({ code: "busy", type: "urn:rmps:problem:busy" });
    }
  });

  it("does not count what ends up paid", async () => {
    await serve({ trustedProxies: proxy, perAddress: { perSecond: 1, burst: 2 } });
    for (let i = 0; i < 20; i++) {
      expect((await from("203.0.113.1")).status).to.equal(200);
      door.turnstile.paid("0xaa", "203.0.113.1");
    }
    for (let i = 0; i < 2; i++) expect((await from("203.0.113.1")).status).to.equal(200);
    expect((await from("203.0.113.1")).status).to.equal(429);
  });

  it("limits bad payments by channel, and never locks out who paid there last", async () => {
    await serve({ perChannel: { perSecond: 1, burst: 3 } });
    const { turnstile } = door;
    expect(turnstile.enter("0xaa", "sender")).to.equal(0);
    turnstile.paid("0xaa", "sender");
    for (let i = 0; i < 3; i++) expect(turnstile.enter("0xaa", `stranger ${i}`)).to.equal(0);
    expect(turnstile.enter("0xaa", "stranger 4")).to.equal(1);
    for (let i = 0; i < 10; i++) expect(turnstile.enter("0xaa", "sender")).to.equal(0);
    expect(turnstile.enter("0xbb", "stranger"), "another channel").to.equal(0);
  });

  it("is busy where too much is under way, and lets that finish", async () => {
    await serve({ maxInFlight: 2 });
    const slow = [fetch(`${url}/wait`), fetch(`${url}/wait`)];
    while (waiting.length < 2) await new Promise(setImmediate);
    const answer = await fetch(url);
    expect(answer.status).to.equal(503);
    expect(answer.headers.get("retry-after")).to.equal("1");
    expect(await answer.json()).to.include({ code: "busy" });
    for (const response of waiting) response.end("late");
    for (const each of await Promise.all(slow)) expect(await each.text()).to.equal("late");
    expect((await fetch(url)).status).to.equal(200);
    expect(refused).to.deep.equal(["overloaded"]);
  });

  it("forgets requests whose client went away", async () => {
    await serve({ maxInFlight: 1 });
    const socket = open(url, request("/wait"));
    while (waiting.length < 1) await new Promise(setImmediate);
    expect(door.inFlight).to.equal(1);
    socket.destroy();
    while (door.inFlight > 0) await new Promise(setImmediate);
    expect((await fetch(url)).status).to.equal(200);
  });

  it("is busy while the process lags behind for a while, not after one pause", async () => {
    let time = 0;
    const lag = new Lag(() => time);
    await serve({ maxLagMs: 100 }, { lag });
    /** The next look at the clock comes so many milliseconds late. */
    const late = (ms: number) => {
      time += 250 + ms;
      lag.look();
    };
    late(0);
    late(60_000);
    expect((await fetch(url)).status, "one pause").to.equal(200);
    for (const ms of [101, 350, 101]) late(ms);
    expect((await fetch(url)).status, "three looks late").to.equal(503);
    late(0);
    expect((await fetch(url)).status, "one in time").to.equal(200);
    for (const ms of [99, 99, 99]) late(ms);
    expect((await fetch(url)).status, "not so late").to.equal(200);
  });

  it("refuses bodies that say they are too long, before anything else", async () => {
    await serve({ maxBodyBytes: 1000 });
    expect((await fetch(url, { method: "POST", body: "x".repeat(1000) })).status).to.equal(200);
    const { status, text } = await raw(url, request("/", { "Content-Length": "1001" }, "POST"));
    expect(status).to.equal(413);
    expect(text)
      .to.contain("body-too-long")
      .and.to.match(/^connection: close\r$/im);
  });

  it("breaks off bodies that turn out too long", async () => {
    await serve({ maxBodyBytes: 1000 });
    const chunked = (body: string) =>
      `${request("/", { "Transfer-Encoding": "chunked", Connection: "close" }, "POST")}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect((await raw(url, chunked("x".repeat(1000)))).status).to.equal(200);
    expect((await raw(url, chunked("x".repeat(1001)))).status).to.equal(0);
  });

  it("refuses headers that are too long", async () => {
    await serve({ maxHeaderBytes: 2000 });
    expect((await raw(url, request("/", { x: "y".repeat(3000), Connection: "close" }))).status).to.equal(431);
  });

  it("ends connections whose request comes by drops", async () => {
    await serve({ headersTimeoutMs: 200, requestTimeoutMs: 400 });
    const drops = [
      open(url, "GET / HTTP/1.1\r\nHost: x\r\nX-A"),
      open(url, request("/", { "Content-Length": "10" }, "POST")),
    ];
    const answers = drops.map(answerOn);
    const dripping = setInterval(() => drops.forEach((socket) => socket.writable && socket.write("a")), 120);
    const ended = await Promise.all(answers);
    clearInterval(dripping);
    for (const { status } of ended) expect(status).to.equal(408);
    expect((await fetch(url)).status).to.equal(200);
  });

  it("ends connections that are silent while an answer is due", async () => {
    await serve({ silenceTimeoutMs: 200 });
    expect((await raw(url, request("/wait"))).status).to.equal(0);
    while (door.inFlight > 0) await new Promise(setImmediate);
  });

  it("closes connections above its number", async () => {
    await serve({ maxConnections: 3 });
    const kept = Array.from({ length: 3 }, () => open(url));
    await Promise.all(kept.map((socket) => once(socket, "connect")));
    expect(await raw(url, request("/"))).to.include({ status: 0 });
    kept.forEach((socket) => socket.destroy());
  });

  it("closes connections of one address above their number, and takes others, and new ones when some are gone", async () => {
    await serve({ maxConnectionsPerAddress: 2 });
    // This machine is not limited: so connections that say that they come from elsewhere, handed to the same server.
    const connect = (remoteAddress: string) => {
      const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: remoteAddress });
      server.emit("connection", socket);
      return socket;
    };
    const [first, second, third] = [1, 2, 3].map(() => connect("203.0.113.1"));
    expect([first, second, third].map((each) => each!.destroyed)).to.deep.equal([false, false, true]);
    expect(refused).to.deep.equal(["too-many-connections"]);
    expect(connect("203.0.113.2").destroyed, "another address").to.equal(false);
    await once(third!, "close");
    await once(first!.destroy(), "close");
    expect(connect("203.0.113.1").destroyed, "room again").to.equal(false);
  });

  it("refuses options that make no sense", () => {
    expect(() => createDoor({ trustedProxies: ["example.org"] })).to.throw(RangeError, /example\.org/);
    expect(() => createDoor({ perAddress: { perSecond: 0, burst: 1 } })).to.throw(RangeError);
  });
});
