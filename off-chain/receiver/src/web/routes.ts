import type { FastifyInstance } from "fastify";
import { SITE_PATH, type Site, type SiteFile } from "./site.ts";

/** Files whose names change with their content never change under one name. */
const FOREVER = "public, max-age=31536000, immutable";

/**
 * What paid HTML may do in its frame: run, and show what it brings along or this server gives; it has no origin, so
 * neither storage nor this page; it calls nobody; a click may lead the whole window elsewhere.
 */
const FRAME_POLICY = [
  "sandbox allow-scripts allow-popups allow-top-navigation-by-user-activation",
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** Serves the page's files: free, public, and to be kept for ever. */
export function serveSite(app: FastifyInstance, site: Site): void {
  const files: readonly (readonly [SiteFile, Readonly<Record<string, string>>])[] = [
    [site.script, {}],
    [site.frame, { "Content-Security-Policy": FRAME_POLICY }],
  ];
  for (const [{ name, type, body, gzip }, headers] of files) {
    app.get(SITE_PATH + name, (request, reply) => {
      const compressed = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
      return reply
        .headers({
          "Content-Type": type,
          "Cache-Control": FOREVER,
          "X-Content-Type-Options": "nosniff",
          "Referrer-Policy": "no-referrer",
          "Cross-Origin-Resource-Policy": "same-origin",
          Vary: "Accept-Encoding, Origin",
          ...(compressed && { "Content-Encoding": "gzip" }),
          ...headers,
        })
        .send(compressed ? gzip : body);
    });
  }
}
