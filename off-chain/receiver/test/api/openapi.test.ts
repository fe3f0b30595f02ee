import { expect } from "chai";
import { connect, type Socket } from "node:net";
import { OPENAPI } from "../../src/api/openapi.ts";
import { createLogger } from "../../src/log.ts";
import { countPayments } from "../../src/metrics.ts";
import { idempotencyOf } from "../../src/paywall/idempotency.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { createServer } from "../../src/server.ts";
import { loadSite } from "../../src/web/site.ts";
import { eventually, RECEIVER, TestChain, type TestChannel } from "../support/chain.ts";
import { optionsFor, pay, start, Stores } from "../support/receiver.ts";
import { payment } from "../support/shop.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";
import { startPostgres } from "../store/postgres.ts";
import { expectDescribed, prefixOf } from "./openapi-check.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const NEVER = 2n ** 40n;

/** Where everybody comes from, for a receiver that believes it. */
const FROM = { "x-forwarded-for": "203.0.113.1" };

/** What a proxy may ask about. */
const forwardAuth = { secret: TOKEN, routes: { "/thing": { price: 5n, methods: ["GET"] } } };

/** How to get an answer. */
interface Question {
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
  readonly of?: RunningReceiver;
}

/** By the status of its answer, how an operation is asked. */
type Questions = Record<number, () => Question | Promise<Question>>;

interface Described {
  readonly operationId: string;
  readonly responses: Record<string, unknown>;
}

const operations = Object.entries(OPENAPI.paths).flatMap(([path, item]) => {
  const { servers, ...methods } = item as Record<string, unknown>;
  void servers;
  return Object.entries(methods as Record<string, Described>).map(([method, { operationId, responses }]) => ({
    id: operationId,
    method: method.toUpperCase(),
    path,
    statuses: Object.keys(responses).map(Number),
  }));
});

/** Every route in what Fastify prints of them: a tree, in which each line is a piece of a path and its methods. */
function routesIn(tree: string): string[] {
  const pieces: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, indent, piece, methods] = /^((?:│ {3}| {4})*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (indent === undefined) return [];
    pieces.splice(indent.length / 4, Infinity, piece!);
    return (methods ?? "").split(", ").flatMap((method) => (method === "" ? [] : `${method} ${pieces.join("")}`));
  });
}

describe("the description of the API", () => {
  const stores = new Stores();
  let chain: TestChain;
  let channel: TestChannel;
  let whole: RunningReceiver;
  let keyless: RunningReceiver;
  let broken: RunningReceiver;
  let stingy: RunningReceiver;
  /** One that has too much to do: with whoever never finishes his request. */
  let busy: RunningReceiver;
  let dawdler: Socket;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let letGo = () => {};

  before(async () => {
    chain = await TestChain.start();
    whole = await start(chain, stores.path(), { apiToken: TOKEN, sponsor: SPONSOR, forwardAuth });
    postgres = await startPostgres();
    keyless = await start(chain, postgres.url, { apiToken: TOKEN, keys: { agreement: RECEIVER.key } });
    broken = await start(chain, stores.path(), { apiToken: TOKEN, sponsor: SPONSOR, forwardAuth });
    await broken.store.close();
    const door = { trustedProxies: ["127.0.0.1"], perAddress: { perSecond: 0.001, burst: 1 } };
    stingy = await start(chain, stores.path(), { door });
    await fetch(`${stingy.url}/health`, { headers: FROM });
    busy = await start(chain, stores.path(), { door: { maxInFlight: 1 } });
    const { hostname, port } = new URL(busy.url);
    dawdler = connect(Number(port), hostname);
    dawdler.write(
      "POST /api/1/channels HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    );
    await eventually(async () => (await fetch(`${busy.url}/health`)).status === 503);
    channel = await opened();
  });
  after(async () => {
    dawdler.destroy();
    for (const receiver of [whole, keyless, broken, stingy, busy]) await receiver.close();
    await postgres.stop();
    await chain.stop();
    stores.remove();
  });
  afterEach(() => letGo());

  /** A channel that paid. */
  async function opened(): Promise<TestChannel> {
    const made = await chain.open(2);
    for (const receiver of [whole, keyless]) {
      await eventually(async () => (await receiver.store.channel(made.id)) !== undefined);
      await pay(receiver, made, 70n, 70n);
    }
    return made;
  }

  async function ask(method: string, { path, body, type, token, headers: more, of = whole }: Question) {
    const headers: Record<string, string> = { ...FROM, ...more };
    if (body !== undefined) headers["content-type"] = type ?? "application/json";
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(of.url + prefixOf(path) + path, { method, headers, body: text ?? null });
    const content = Buffer.from(await answer.arrayBuffer());
    const json: unknown = answer.headers.get("content-type")?.includes("json")
      ? JSON.parse(String(content))
      : undefined;
    expectDescribed(method, path, answer, json);
    return answer.status;
  }

  const at = ({ id, terms }: TestChannel) => `/channels/${terms.sender}/${id}`;
  const request = (of: TestChannel, amount: bigint, deadline = NEVER) => {
    return { amount: `${amount}`, deadline: `${deadline}`, signature: of.closeRequest(amount, deadline) };
  };
  const unknown = `/channels/0x${"11".repeat(20)}/0x${"22".repeat(32)}`;
  const malformed = "/channels/0x11/0x22";

  /** What any operation may answer. */
  const always = (path: string, rest: Omit<Question, "path"> = {}): Questions => ({
    429: () => ({ path, of: stingy }),
    503: () => ({ path, of: broken, ...rest }),
  });
  /** What of that an operation may answer that needs no store. */
  const storeless = (path: string): Questions => ({
    200: () => ({ path }),
    429: () => ({ path, of: stingy }),
    503: () => ({ path, of: busy }),
  });
  const bodies = (path: string): Questions => ({
    400: () => ({ path, body: "{" }),
    413: () => ({ path, body: " ".repeat(17 * 1024) }),
    415: () => ({ path, body: "{}", type: "text/plain" }),
  });
  const closing = (rest: string): Questions => ({
    ...bodies(unknown + rest),
    200: async () => {
      const other = await opened();
      return { path: at(other) + rest, body: request(other, 70n) };
    },
    202: async () => ({ path: at(await opened()) + rest, token: TOKEN }),
    403: () => ({ path: at(channel) + rest, body: { ...request(channel, 70n), signature: channel.proof(70n) } }),
    404: () => ({ path: unknown + rest, body: request(channel, 70n) }),
    409: () => ({ path: at(channel) + rest, body: request(channel, 69n) }),
    422: () => ({ path: at(channel) + rest, body: request(channel, 70n, 5n) }),
    501: () => ({ path: at(channel) + rest, token: TOKEN, of: keyless }),
    ...always(unknown + rest, { body: { amount: "1", deadline: "1", signature: "0x" } }),
  });
  const operators = (good: () => string, bad: string): Questions => ({
    200: () => ({ path: good(), token: TOKEN }),
    400: () => ({ path: bad, token: TOKEN }),
    401: () => ({ path: good(), token: TOKEN.slice(1) }),
    404: () => ({ path: good().replace(/0x[0-9a-f]{64}/, channel.terms.salt), token: TOKEN }),
    ...always(good(), { token: TOKEN }),
  });

  let asked = 0;
  /** What a proxy asks about. */
  const original = (path: string, over: Record<string, string> = {}, of = whole): Question => ({
    path,
    of,
    headers: {
      "rmps-proxy-secret": TOKEN,
      "x-forwarded-method": "GET",
      "x-forwarded-uri": "/thing",
      "x-request-id": `request-${++asked}`,
      ...over,
    },
  });
  const proxies = (path: string): Questions => ({
    400: () => original(path, { "x-forwarded-uri": "thing" }),
    402: () => original(path, { accept: "text/html" }),
    403: () => original(path, { "rmps-proxy-secret": "guessed" }),
    404: () => original(path, { "x-forwarded-uri": "/other" }),
    405: () => original(path, { "x-forwarded-method": "POST" }),
    409: async () => {
      const id = `request-${++asked}`;
      const { accepted } = (await whole.store.channel(channel.id))!;
      const balance = accepted + 5n;
      const headers = { ...payment(channel, balance), "x-request-id": id };
      // As if another one asked about it just now, and was not answered yet.
      const facts = { method: "GET", target: "/thing", header: () => undefined, secure: true };
      const body = () => Promise.resolve(new Uint8Array());
      const known = await idempotencyOf({ ...facts, body, url: () => "" }, channel.id, `forward-auth:${id}`);
      if (known.kind !== "digest") throw new Error("no digest");
      const proof = { channelId: channel.id, balance, signature: channel.proof(balance) };
      await whole.ledger.pay(proof, { price: 5n, idempotency: known.digest });
      return original(path, headers);
    },
    429: () => ({ path, of: stingy }),
    503: () => original(path, payment(channel, 1000n), broken),
  });

  const questions: Record<string, () => Questions> = {
    health: () => storeless("/health"),
    ready: () => ({ ...storeless("/ready"), 503: () => ({ path: "/ready", of: broken }) }),
    metrics: () => storeless("/metrics"),
    openapi: () => storeless("/openapi.json"),
    site: () => ({
      ...storeless(`/_rmps/web/${loadSite()!.script.name}`),
      404: () => ({ path: "/_rmps/web/other.js" }),
    }),
    forwardAuth: () => {
      const path = "/_rmps/auth";
      return {
        ...proxies(path),
        200: async () => {
          const { accepted } = (await whole.store.channel(channel.id))!;
          return original(path, payment(channel, accepted + 5n));
        },
        401: () => original(path, { "rmps-refuse-with": "401" }),
      };
    },
    refusal: () => proxies("/_rmps/refusal"),
    stats: () => ({ 200: () => ({ path: "/stats" }), ...always("/stats") }),
    channels: () => operators(() => "/channels", "/channels?status=odd"),
    channelsOfSender: () => operators(() => `/channels/${channel.terms.sender}`, "/channels/0x11"),
    channel: () => operators(() => at(channel), malformed),
    proof: () => operators(() => `${at(channel)}/proof`, `${malformed}/proof`),
    settle: () => ({
      ...operators(() => `${at(channel)}/settle`, `${malformed}/settle`),
      202: () => ({ path: `${at(channel)}/settle`, token: TOKEN }),
      409: async () => {
        const unpaid = await chain.open(3);
        await eventually(async () => (await whole.store.channel(unpaid.id)) !== undefined);
        return { path: `${at(unpaid)}/settle`, token: TOKEN };
      },
      501: () => ({ path: `${at(channel)}/settle`, token: TOKEN, of: keyless }),
    }),
    backup: () => ({
      ...operators(() => "/backup", ""),
      409: async () => {
        const { store } = whole;
        const copy = store.copy.bind(store);
        const held = new Promise<void>((resolve) => (letGo = resolve));
        const begun = new Promise<void>((resolve) => {
          store.copy = async () => {
            resolve();
            await held;
            return copy();
          };
        });
        // The one before is over a moment after its last byte has come.
        const hold = async (): Promise<unknown> =>
          (await ask("GET", { path: "/backup", token: TOKEN })) === 409 ? hold() : undefined;
        void hold();
        await begun;
        return { path: "/backup", token: TOKEN };
      },
      501: () => ({ path: "/backup", token: TOKEN, of: keyless }),
      ...always("/backup", { token: TOKEN }),
    }),
    close: () => closing(""),
    closeByPost: () => closing("/close"),
    sponsor: () => {
      const path = "/channels";
      const wish = async (over: object = {}) => ({
        path,
        body: { ...(await byAuthorization(chain, await penniless(chain))), ...over },
      });
      return {
        ...bodies(path),
        202: () => wish(),
        404: async () => ({ ...(await wish()), of: keyless }),
        409: () => wish({ fee: "0" }),
        422: () => wish({ amount: "1" }),
        429: () => ({ path, of: stingy }),
        503: async () => ({ ...(await wish()), of: broken }),
      };
    },
  };

  it("has exactly the operations that are served", async () => {
    const options = optionsFor(chain, "", { apiToken: TOKEN, forwardAuth });
    const { engine } = whole;
    const { app } = await createServer(options, engine, countPayments(engine.ledger), createLogger("silent"));
    const served = routesIn(app.printRoutes({ commonPrefix: false }));
    await app.close();
    const { script, frame } = loadSite()!;
    const files = [script, frame].map(({ name }) => `/_rmps/web/${name}`);
    const described = operations.map(({ method, path }) => {
      return `${method} ${prefixOf(path)}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    });
    const plain = served
      .filter((route) => !route.startsWith("HEAD "))
      .map((route) => (files.some((file) => route.endsWith(file)) ? "GET /_rmps/web/:file" : route));
    expect([...new Set(plain)]).to.have.members(described);
    expect(await (await fetch(`${whole.url}/api/1/openapi.json`)).json()).to.deep.equal(OPENAPI);
  });

  for (const { id, method, path, statuses } of operations) {
    it(`is true of ${method} ${path}, for ${statuses.join(", ")}`, async () => {
      for (const status of statuses) {
        const question = questions[id]?.()[status];
        expect(question, `nothing here is answered ${status}`).to.be.a("function");
        expect(await ask(method, await question!())).to.equal(status);
      }
    });
  }
});
