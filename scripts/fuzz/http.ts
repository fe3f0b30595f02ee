import { connect } from "node:net";

import { REFUSAL_CODES } from "@rmps/wire";

import { paymentHeaders, type PaidChannel } from "../lib/paying.ts";
import type { Random } from "../lib/random.ts";
import { mutate, mutateJson, nasty } from "./mutate.ts";
import { samples, type HeaderSample } from "./samples.ts";

/** What requests are made of. */
export interface Material {
  readonly channel: PaidChannel;
  /** A price, above which the channel's deposit is. */
  readonly price: bigint;
  /** Payment headers in all dialects that would be served if nothing in them were changed. */
  readonly payments: readonly HeaderSample[];
}

const METHODS = [
  "GET",
  "GET",
  "GET",
  "GET",
  "GET",
  "GET",
  "GET",
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "TRACE",
  "CONNECT",
  "BREW",
];

const SOLD = ["/doggo.jpg", "/kitten.jpg", "/teapot.jpg", "/test.txt?x=1"];

/** What is not sold: the API, and nonsense. */
function targets({ channel }: Material): string[] {
  const place = `/api/1/channels/${channel.terms.sender}/${channel.id}`;
  return [
    "/",
    "/nothing",
    "/health",
    "/ready",
    "/metrics",
    "/api/1/stats",
    "/api/1/openapi.json",
    "/api/1/channels?limit=10&status=open",
    place,
    `${place}/proof`,
    `${place}/close`,
    `${place}/settle`,
    "*",
    "http://other.example/doggo.jpg",
    "/../package.json",
    "//doggo.jpg",
  ];
}

const OTHER_HEADERS: readonly (readonly [string, string])[] = [
  ["Accept", "text/html,application/xhtml+xml"],
  ["Accept", "*/*"],
  ["Range", "bytes=0-10"],
  ["Range", "bytes=-1,5-,a-b"],
  ["If-None-Match", "*"],
  ["If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"],
  ["Idempotency-Key", "abc"],
  ["Content-Type", "application/json"],
  ["Content-Type", "text/plain; charset=utf-7"],
  ["Origin", "https://other.example"],
  ["Access-Control-Request-Method", "GET"],
  ["Access-Control-Request-Headers", "rdn-channel-id, x"],
  ["Authorization", "Bearer abc"],
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade, HTTP2-Settings, rdn-channel-id"],
  ["Expect", "100-continue"],
  ["Transfer-Encoding", "chunked"],
  ["Transfer-Encoding", "identity, chunked"],
  ["Content-Length", "5"],
  ["Content-Length", "99999999999999999999"],
  ["X-Forwarded-For", "1.2.3.4"],
  ["X-Forwarded-Uri", "/free"],
  ["Cookie", "a=b"],
  ["TE", "trailers"],
  ["Host", "a b"],
];

function pairsOf(headers: HeaderSample): [string, string][] {
  return Object.entries(headers);
}

/** A request with mostly the right form and something wrong in it, or (now and then) mere bytes. */
export function makeRequest(random: Random, material: Material): string {
  if (random.chance(0.03)) return bytes(random);
  const method = random.pick(METHODS);
  let target = random.pick(random.chance(0.5) ? SOLD : targets(material));
  if (random.chance(0.2)) target = mutate(target, random);
  const headers: [string, string][] = random.chance(0.9) ? [["Host", "shop.example"]] : [];
  if (random.chance(0.6)) headers.push(...payment(random, material));
  while (random.chance(0.4)) headers.push([...random.pick(OTHER_HEADERS)]);
  if (random.chance(0.2) && headers.length > 0) {
    const at = random.below(headers.length);
    const [name, value] = headers[at]!;
    headers[at] = random.chance(0.3) ? [mutate(name, random), value] : [name, mutate(value, random)];
  }
  let body = "";
  if (random.chance(0.3)) {
    body = bodyFor(random, material);
    if (random.chance(0.8)) headers.push(["Content-Length", String(Buffer.byteLength(body, "latin1"))]);
    if (random.chance(0.5)) headers.push(["Content-Type", "application/json"]);
  }
  headers.push(["Connection", "close"]);
  const version = random.chance(0.97) ? "HTTP/1.1" : random.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/9", "http/1.1", ""]);
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = `${method} ${target} ${version}\r\n${head}\r\n${body}`;
  return random.chance(0.1) ? mutate(text, random) : text;
}

function payment(random: Random, { channel, price, payments }: Material): [string, string][] {
  // A payment that is right but for one thing: the balance, the signature, a header.
  const pairs = random.chance(0.5)
    ? pairsOf(random.pick(payments))
    : pairsOf(paymentHeaders(channel, price * BigInt(random.below(1000))));
  const at = random.below(pairs.length);
  const [name, value] = pairs[at]!;
  pairs[at] = [name, random.chance(0.3) ? reencoded(value, random) : mutate(value, random)];
  if (random.chance(0.1)) pairs.push(...pairsOf(random.pick(samples.payments)));
  return pairs;
}

/** JSON in Base64 with one part changed. */
function reencoded(value: string, random: Random): string {
  const [scheme, encoded] = value.startsWith("Payment ") ? ["Payment ", value.slice(8)] : ["", value];
  try {
    const changed = mutateJson(JSON.parse(Buffer.from(encoded, "base64").toString()), random);
    return scheme + Buffer.from(JSON.stringify(changed)).toString(random.chance(0.5) ? "base64" : "base64url");
  } catch {
    return mutate(value, random);
  }
}

function bodyFor(random: Random, { channel }: Material): string {
  const deadline = 4_000_000_000n;
  const amount = BigInt(random.below(5));
  const good = {
    amount: amount.toString(),
    deadline: Number(deadline),
    // Never for what was spent: the channel has to stay open.
    signature: channel.closeRequest(amount, deadline + 1n),
  };
  if (random.chance(0.1)) return nasty(random);
  const text = JSON.stringify(mutateJson(good, random));
  return random.chance(0.2) ? mutate(text, random) : text;
}

function bytes(random: Random): string {
  return String.fromCharCode(...Array.from({ length: random.below(400) }, () => random.below(256)));
}

/** Milliseconds for an answer: far more than any takes. */
const PATIENCE = 60_000;

/** Milliseconds after which the client says that nothing more comes: what is incomplete is then answered. */
const PAUSE = 250;

/** Sends bytes on a connection of their own, and collects what comes until the end. @returns undefined: no end. */
export function exchange(url: string, request: string): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, PATIENCE);
    const pause = setTimeout(() => socket.end(), PAUSE);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // Cut off for what we sent: an answer too. Nobody listening is another matter.
      if (error.code === "ECONNREFUSED") reject(error);
    });
    socket.on("end", () => socket.end());
    socket.on("close", () => {
      clearTimeout(timer);
      clearTimeout(pause);
      resolve(Buffer.concat(chunks).toString("latin1"));
    });
    socket.write(request, "latin1");
  });
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/;
const HEADER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\x20-\x7e\x80-\xff\t]*$/;

/** An answer taken apart. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Takes answers apart, strictly. @returns undefined where what came is not well-formed. */
export function parseAnswers(text: string): Answer[] | undefined {
  const answers: Answer[] = [];
  for (let rest = text; rest !== "";) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const [line = "", ...lines] = rest.slice(0, end).split("\r\n");
    const status = Number(STATUS_LINE.exec(line)?.[1] ?? 0);
    if (status === 0 || !lines.every((each) => HEADER.test(each))) return undefined;
    const headers = new Map(
      lines.map((each) => [each.slice(0, each.indexOf(":")).toLowerCase(), each.slice(each.indexOf(":") + 1).trim()]),
    );
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const length = Number(headers.get("content-length") ?? NaN);
    // An answer to HEAD has the length of what it leaves out; ours close the connection then.
    const body = Number.isNaN(length) ? rest : rest.slice(0, length);
    answers.push({ status, headers, body });
    rest = rest.slice(body.length);
  }
  return answers;
}

/** All that a request may be answered with. */
const EXPECTED = new Set([
  200, 202, 204, 206, 304, 400, 401, 402, 403, 404, 405, 408, 409, 412, 413, 414, 415, 416, 417, 418, 422, 429, 431,
  503,
]);

/** What is wrong with an answer. @returns undefined: nothing. */
export function objection({ status, headers, body }: Answer): string | undefined {
  if (!EXPECTED.has(status)) return `status ${status}`;
  if (status === 503) {
    if (headers.get("retry-after") === undefined) return "503 without Retry-After";
    const code = /"code":"([a-z-]+)"/.exec(body)?.[1] ?? "";
    if (body !== "" && !REFUSAL_CODES.includes(code as never) && !body.includes('"ready":false'))
      return `503 for ${code}`;
  }
  if (headers.has("x-injected")) return "a header of the client's";
  if (status === 402 && headers.get("cache-control") !== "no-store") return "a 402 that caches may keep";
  if (
    isContent(body) &&
    !headers.has("rdn-cost") &&
    !headers.has("payment-receipt") &&
    !headers.has("payment-response")
  ) {
    return "content without a receipt";
  }
  return undefined;
}

/** Whether a body is something of what the shop sells. */
function isContent(body: string): boolean {
  return body.startsWith("\xff\xd8\xff");
}
