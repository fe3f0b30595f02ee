/** The platform's own; browsers refuse it as a method of anything but the window. */
export const platformFetch: typeof fetch = (input, init) => globalThis.fetch(input, init);

/** A request that can be sent more than once. */
export interface PreparedRequest {
  url: URL;
  method: string;
  headers: Headers;
  body: ArrayBuffer | undefined;
  signal: AbortSignal;
  /** Held, because Node passes the caller's abort on to `signal` only as long as nobody collects these. */
  held: readonly unknown[];
  /** How its caller wants redirects treated. */
  redirect: Request["redirect"];
  /** What else the caller said (credentials, cache, a dispatcher…), passed on as it is. */
  rest: RequestInit;
}

/** Methods that RFC 9110 calls idempotent. */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Under this key a receiver charges once and answers repeats as it did at first. */
const IDEMPOTENCY_KEY = "idempotency-key";

/** Methods that never cost anything. */
const FREE: ReadonlySet<string> = new Set(["HEAD", "OPTIONS"]);

const COPIED = ["cache", "credentials", "integrity", "keepalive", "mode", "referrer", "referrerPolicy"] as const;

/** Reads what `fetch` was called with; the body is held in memory, for it may have to be sent again. */
export async function prepare(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<PreparedRequest> {
  const source = new Request(input, init);
  const rest: Record<string, unknown> = {};
  if (input instanceof Request) for (const name of COPIED) rest[name] = source[name];
  if (rest["mode"] === "navigate") delete rest["mode"];
  return {
    url: new URL(source.url),
    method: source.method,
    headers: new Headers(source.headers),
    body: source.body === null ? undefined : await source.arrayBuffer(),
    signal: source.signal,
    held: [source, input],
    redirect: source.redirect,
    rest: { ...rest, ...init },
  };
}

/** Sends a request, with further headers. Redirects are not followed: payments never go where they lead. */
export function send(
  request: PreparedRequest,
  platform: typeof fetch,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const all = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  const init: RequestInit = { ...request.rest, method: request.method, headers: all, redirect: "manual" };
  init.body = request.body ?? null;
  init.signal = request.signal;
  return platform(request.url, init);
}

/** Whether a request may cost something at all. */
export function mayCost({ method }: PreparedRequest): boolean {
  return !FREE.has(method);
}

/** Whether a request may be repeated where its outcome is unknown: by its method, or because its caller gave it a key. */
export function isIdempotent({ method, headers }: PreparedRequest): boolean {
  return IDEMPOTENT.has(method) || headers.has(IDEMPOTENCY_KEY);
}

/** Gives an idempotent request a key, so that repeats of it are charged once. */
export function withIdempotencyKey(request: PreparedRequest): PreparedRequest {
  if (!isIdempotent(request) || request.headers.has(IDEMPOTENCY_KEY)) return request;
  const headers = new Headers(request.headers);
  headers.set(IDEMPOTENCY_KEY, crypto.randomUUID());
  return { ...request, headers };
}
