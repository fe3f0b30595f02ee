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
  /** Requests to have a deposit sponsored that would be granted as they are; none where they are not tried. */
  readonly sponsored?: readonly unknown[];
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

/** What is not sold: the API, and nonsense; and what is, in the absolute form. */
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
    "/api/1/channels",
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
  if (material.sponsored !== undefined && random.chance(0.1)) return sponsorRequest(random, material.sponsored);
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

/** A request to sponsor a deposit with something wrong in it. */
function sponsorRequest(random: Random, sponsored: readonly unknown[]): string {
  const text = JSON.stringify(mutateJson(random.pick(sponsored), random));
  const body = Buffer.from(random.chance(0.2) ? mutate(text, random) : text).toString("latin1");
  const length = Buffer.byteLength(body, "latin1");
  const head = `Host: shop.example\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close`;
  return `POST /api/1/channels HTTP/1.1\r\n${head}\r\n\r\n${body}`;
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
