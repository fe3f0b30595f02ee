import { ALARM_NAMES } from "../../alarms.ts";
import { object } from "./parts.ts";
import { answer, problem, problems } from "./responses.ts";

/** Paths of the server itself, wherever the API is. */
const atRoot = (methods: object) => ({ servers: [{ url: "/" }], ...methods });

const header = (name: string, description: string, required = false) => ({
  name,
  in: "header",
  required,
  description,
  schema: { type: "string" },
});

/** What a proxy says of the request that it asks about. */
const ORIGINAL = [
  header("RMPS-Proxy-Secret", "The secret of forwardAuth: without it nothing is answered.", true),
  header("X-Forwarded-Method", "The request's method.", true),
  header("X-Forwarded-Uri", "Its path and query, as sent.", true),
  header("X-Request-Id", "Its name, 8 to 128 characters: one is charged once.", true),
  header("X-Forwarded-Proto", "https where it came over TLS."),
  header("X-Forwarded-Host", "The host that the client asked for."),
];

/** The offer, to programs and to browsers. */
const offer = {
  description: "The price and how to pay, or why a payment was refused, in all dialects",
  content: { ...problem("").content, "text/html": {} },
};

/** `Refuse-With` turns the status of any refusal into another. */
const refuseWith = header(
  "RMPS-Refuse-With",
  "401 or 403: the status of every refusal, for proxies that know no other.",
);

export const serverSchemas = {
  Health: object({
    status: { enum: ["ok", "alarm"] },
    alarms: { type: "array", items: { enum: ALARM_NAMES }, description: "docs/operations.md has a page for each." },
  }),
  Readiness: object({
    ready: { type: "boolean" },
    reasons: { type: "array", items: { enum: ["store-unavailable", "chain-unavailable", "gas-money", "slow-chain"] } },
  }),
};

const metrics = { description: "Prometheus' text format", content: { "text/plain": {} } };

const site = {
  description: "A file of the page for people; its name changes with its content",
  content: { "text/javascript": {}, "text/html": {} },
};

/** What is served beside the API; where `forwardAuth` or `web` are off, their paths are not. */
export const serverPaths = {
  "/health": atRoot({
    get: {
      operationId: "health",
      summary: "It runs; what is wrong",
      responses: { 200: answer("Health", "Alarms that ring"), ...problems() },
    },
  }),
  "/ready": atRoot({
    get: {
      operationId: "ready",
      summary: "Whether it takes payments",
      responses: {
        200: answer("Readiness", "It does"),
        ...problems(),
        503: {
          description: "It does not, or it has too much to do to say",
          content: { ...answer("Readiness", "").content, ...problem("").content },
        },
      },
    },
  }),
  "/metrics": atRoot({
    get: {
      operationId: "metrics",
      summary: "Figures for Prometheus",
      responses: { 200: metrics, ...problems() },
    },
  }),
  "/_rmps/auth": atRoot({
    get: {
      operationId: "forwardAuth",
      summary: "For a proxy: whether to serve a request, which is charged by asking (forwardAuth)",
      parameters: [...ORIGINAL, refuseWith],
      responses: {
        200: { description: "Serve it, with the receipt in these headers; it is paid for, or free" },
        ...problems(400, 404, 405, 409),
        401: offer,
        402: offer,
        403: offer,
      },
    },
  }),
  "/_rmps/refusal": atRoot({
    get: {
      operationId: "refusal",
      summary: "For a proxy that understands a status only: the whole refusal of a request; never charges",
      parameters: ORIGINAL,
      responses: { 402: offer, ...problems(400, 403, 404, 405, 409) },
    },
  }),
  "/_rmps/web/{file}": atRoot({
    get: {
      operationId: "site",
      summary: "The page on which people pay",
      parameters: [{ name: "file", in: "path", required: true, schema: { type: "string" } }],
      responses: { 200: site, ...problems(404) },
    },
  }),
};
