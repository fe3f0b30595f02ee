import type { Context, MiddlewareHandler } from "hono";
import { ClientGone } from "../paywall/client-gone.ts";
import type { Paywall } from "../paywall/paywall.ts";
import { checkOptions, priceFor } from "../paywall/price.ts";
import { KEPT_ANSWER, type PaidRequest, type RequestFacts } from "../paywall/types.ts";

/** Longest body that is read ahead of the payment, in bytes: 1 MiB. */
const MAX_BODY = 1024 * 1024;

/** What is sold on a route of Hono, and for how much. */
export interface HonoPaywallOptions {
  readonly paywall: Paywall;
  /** In the token's smallest unit, fixed or computed before payment; 0: free. */
  readonly price: bigint | ((context: Context) => bigint | Promise<bigint>);
  readonly description?: string;
  /** Methods that cost nothing. */
  readonly free?: readonly string[];
  /**
   * The origin under which clients know the server, such as `https://shop.example`. Unless given, the request's URL
   * says it, and the request counts as secure if that is `https:`, or `localhost`.
   */
  readonly origin?: string;
}

const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Middleware for Hono, and so for every runtime with Web-standard requests and responses. */
export function honoPaywall(options: HonoPaywallOptions): MiddlewareHandler {
  checkOptions(options);
  const { paywall, description } = options;
  return async (context, next) => {
    const price = await priceFor(options, context.req.method, context);
    const admission = await paywall.admit(factsOf(context.req.raw, options.origin), { price, description });
    if (admission.kind === "refused") {
      const { status, headers, body } = admission;
      const bytes = typeof body === "string" ? body : new Uint8Array(body);
      // These have no body, and a Web-standard response insists on it.
      const bodiless = context.req.method === "HEAD" || status === 204 || status === 304;
      return new Response(bodiless ? null : bytes, { status, headers });
    }
    if (admission.kind === "free") return next();
    context.req.raw.signal.addEventListener("abort", () => void admission.ended({ kind: "gone" }), { once: true });
    try {
      await next();
    } catch (error) {
      await admission.ended({ kind: "threw" });
      throw error;
    }
    await finish(context, admission);
    return undefined;
  };
}

/** The status line goes out with whatever the response is now. */
async function finish(context: Context, paid: PaidRequest): Promise<void> {
  const { status } = context.res;
  // Hono turns what a handler throws into a response by itself, usually with 500.
  if (context.error !== undefined && status >= 500) return paid.ended({ kind: "threw" });
  for (const [name, value] of Object.entries(paid.receipt(status))) context.res.headers.set(name, value);
  if (status >= 500) return paid.ended({ kind: "answered", status }); // Undone before the client may count on it.
  if (!paid.keepsAnswer) return void paid.ended({ kind: "answered", status });
  const headers = [...context.res.headers];
  // While the answer streams to the client, not before.
  const body = read(context.res.clone(), KEPT_ANSWER).catch(() => undefined);
  void body.then((bytes) =>
    paid.ended({ kind: "answered", status, answer: bytes && { status, headers, body: bytes } }),
  );
}

/** A whole body; undefined where it is longer than that, of which no more is read. */
async function read({ body }: Request | Response, atMost: number): Promise<Uint8Array | undefined> {
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    length += piece.value.length;
    if (length > atMost) {
      // Not waited for: of two branches of a stream, one is cancelled when both are.
      reader?.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(new Uint8Array(piece.value));
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function factsOf(request: Request, origin: string | undefined): RequestFacts {
  const url = new URL(request.url);
  return {
    method: request.method,
    target: url.pathname + url.search,
    url: () => (origin ?? url.origin) + url.pathname + url.search,
    header: (name) => request.headers.get(name) ?? undefined,
    secure: (origin ?? url.origin).startsWith("https:") || (origin === undefined && LOCAL.test(url.hostname)),
    async body() {
      if (request.body === null) return new Uint8Array();
      if (request.bodyUsed || Number(request.headers.get("content-length") ?? 0) > MAX_BODY) return undefined;
      return read(request.clone(), MAX_BODY).catch((error: unknown) => {
        throw new ClientGone(error);
      });
    },
  };
}
