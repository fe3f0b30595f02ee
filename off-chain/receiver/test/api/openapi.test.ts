import { expect } from "chai";
import fastify from "fastify";
import { api } from "../../src/api/api.ts";
import { OPENAPI } from "../../src/api/openapi.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, RECEIVER, TestChain, type TestChannel } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";
import { startPostgres } from "../store/postgres.ts";
import { expectDescribed } from "./openapi-check.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const NEVER = 2n ** 40n;

/** Where everybody comes from, for a receiver that believes it. */
const FROM = { "x-forwarded-for": "203.0.113.1" };

/** How to get an answer. */
interface Question {
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly token?: string;
  readonly of?: RunningReceiver;
}

/** By the status of its answer, how an operation is asked. */
type Questions = Record<number, () => Question | Promise<Question>>;

interface Described {
  readonly operationId: string;
  readonly responses: Record<string, unknown>;
}

const operations = Object.entries(OPENAPI.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Described>).map(([method, { operationId, responses }]) => ({
    id: operationId,
    method: method.toUpperCase(),
    path,
    statuses: Object.keys(responses).map(Number),
  })),
);

describe("the description of the API", () => {
  const stores = new Stores();
  let chain: TestChain;
  let channel: TestChannel;
  let whole: RunningReceiver;
  let keyless: RunningReceiver;
  let broken: RunningReceiver;
  let stingy: RunningReceiver;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let letGo = () => {};

  before(async () => {
    chain = await TestChain.start();
    whole = await start(chain, stores.path(), { apiToken: TOKEN, sponsor: SPONSOR });
    postgres = await startPostgres();
    keyless = await start(chain, postgres.url, { apiToken: TOKEN, keys: { agreement: RECEIVER.key } });
    broken = await start(chain, stores.path(), { apiToken: TOKEN, sponsor: SPONSOR });
    await broken.store.close();
    const door = { trustedProxies: ["127.0.0.1"], perAddress: { perSecond: 0.001, burst: 1 } };
    stingy = await start(chain, stores.path(), { door });
    await fetch(`${stingy.url}/health`, { headers: FROM });
    channel = await opened();
  });
  after(async () => {
    for (const receiver of [whole, keyless, broken, stingy]) await receiver.close();
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

  async function ask(method: string, { path, body, type, token, of = whole }: Question): Promise<number> {
    const headers: Record<string, string> = { ...FROM };
    if (body !== undefined) headers["content-type"] = type ?? "application/json";
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${of.url}/api/1${path}`, { method, headers, body: text ?? null });
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

  const questions: Record<string, () => Questions> = {
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
        void ask("GET", { path: "/backup", token: TOKEN });
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
    const served: string[] = [];
    const app = fastify();
    app.addHook("onRoute", ({ method, url }) => {
      served.push(...[method].flat().map((each) => `${each} ${url}`));
    });
    await app.register(api, { engine: whole.engine, token: TOKEN });
    const asked = served.filter((route) => !route.startsWith("HEAD ") && route !== "GET /openapi.json");
    const described = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`);
    expect(asked).to.have.members(described);
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
