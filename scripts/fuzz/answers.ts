import { connect } from "node:net";

import { REFUSAL_CODES } from "@rmps/wire";

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
    // An answer to HEAD has the length of what it leaves out: the next one follows, or nothing. Of no length: to the end.
    const body = rest.startsWith("HTTP/1.1 ") ? "" : Number.isNaN(length) ? rest : rest.slice(0, length);
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

/** Reasons for a 503: those of payments, and of sponsoring. */
const BUSY: ReadonlySet<string> = new Set([
  ...REFUSAL_CODES,
  "budget-exhausted",
  "too-costly",
  "gas-money-short",
  "sponsorship-pending",
]);

/** What is wrong with an answer. @returns undefined: nothing. */
export function objection({ status, headers, body }: Answer): string | undefined {
  if (!EXPECTED.has(status)) return `status ${status}`;
  if (status === 503) {
    if (headers.get("retry-after") === undefined) return "503 without Retry-After";
    const code = /"code":"([a-z-]+)"/.exec(body)?.[1] ?? "";
    if (body !== "" && !BUSY.has(code) && !body.includes('"ready":false')) return `503 for ${code}`;
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
