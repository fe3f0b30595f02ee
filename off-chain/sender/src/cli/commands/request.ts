import { createWriteStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SenderError } from "../../errors.ts";
import { createPayingFetch } from "../../paying-fetch/create.ts";
import type { SenderEvent } from "../../paying-fetch/events.ts";
import type { Limits } from "../../paying-fetch/limits.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { parseTokens, printable, show } from "../money.ts";
import { shortId, toJson } from "../output.ts";
import { checkedUrl } from "../url.ts";

/** Options of `rmps get` and `rmps post`. */
export interface RequestOptions {
  header?: string[];
  data?: string;
  output?: string;
  include?: boolean;
  fail?: boolean;
  silent?: boolean;
  maxPrice?: string;
  maxChallengePeriod?: string;
  maxDeposit?: string;
  maxLocked?: string;
  maxFee?: string;
}

function parseHeaders(lines: string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    try {
      if (colon < 1) throw new TypeError();
      headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    } catch {
      throw new SenderError("configuration", `-H: ${printable(line)} is no header`, "Write it as 'Name: value'.");
    }
  }
  return headers;
}

async function bodyOf(data: string): Promise<string | Buffer> {
  if (!data.startsWith("@")) return data;
  try {
    return await readFile(data.slice(1));
  } catch (error) {
    throw new SenderError("configuration", `-d: ${(error as Error).message}`, "Check the path after @.");
  }
}

/** The limits that are options, by their names. */
const LIMITS = {
  maxPrice: "--max-price",
  maxDeposit: "--max-deposit",
  maxLocked: "--max-locked",
  maxSponsorFee: "--max-fee",
} as const;

async function limitsOf({ maxFee: maxSponsorFee, ...options }: RequestOptions, context: Context): Promise<Limits> {
  const given = { ...options, maxSponsorFee };
  const limits: Limits = {};
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const text = given[name];
    if (text !== undefined) limits[name] = parseTokens(text, await context.token(), LIMITS[name]);
  }
  const { maxChallengePeriod: seconds } = options;
  if (seconds === undefined) return limits;
  if (!/^\d{1,9}$/.test(seconds)) {
    const message = `--max-challenge-period: ${seconds} is no number of seconds`;
    throw new SenderError("configuration", message, "Give whole seconds, such as 86400 for a day.");
  }
  limits.maxChallengePeriod = Number(seconds);
  return limits;
}

/** What could not be written is found out before it is paid for. */
async function checkWritable(path: string): Promise<void> {
  try {
    await (await open(path, "a")).close();
  } catch (error) {
    throw new SenderError("configuration", `-o: ${(error as Error).message}`, "Name a file that can be written.");
  }
}

/** Receipts and what else happens, on standard error. */
async function tell(event: SenderEvent, context: Context): Promise<void> {
  if (context.options.json) return context.output.note(toJson(brief(event)));
  if (event.kind === "refused") {
    if (event.again) context.output.note(`the receiver says ${event.code}, trying again`);
    return;
  }
  const token = await context.tokenAt(event.channel.terms.token);
  const channel = `channel ${shortId(event.channel.id)}`;
  switch (event.kind) {
    case "opened":
      return context.output.note(`opened ${channel} with ${show(event.amount, token)}`);
    case "topped-up":
      return context.output.note(`topped ${channel} up by ${show(event.amount, token)}`);
    case "adopted":
      return context.output.note(`found ${channel} on chain`);
    case "paid":
      return context.output.note(`paid ${show(event.cost, token)} with ${channel}, ${show(event.spent, token)} so far`);
  }
}

function brief(event: SenderEvent): unknown {
  return event.kind === "refused" ? event : { ...event, channel: event.channel.id };
}

/** Writes status line and headers as curl does. */
function head(response: Response): string {
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP ${response.status} ${response.statusText}`.trim(), ...lines, "", ""].join("\r\n");
}

/** `rmps get|post URL`: content to standard output or a file, and nothing else there. @returns the exit code. */
export async function request(
  method: "GET" | "POST",
  address: string,
  options: RequestOptions,
  context: Context,
): Promise<number> {
  const url = checkedUrl(address);
  const headers = parseHeaders(options.header ?? []);
  const init: RequestInit = { method, headers };
  if (options.data !== undefined) {
    init.body = await bodyOf(options.data);
    if (!headers.has("content-type")) headers.set("content-type", "application/x-www-form-urlencoded");
  }
  if (options.output !== undefined) await checkWritable(options.output);
  const { token } = context.options;
  const told: Promise<void>[] = [];
  const pay = createPayingFetch({
    ...(await context.channelsOptions()),
    managers: await context.managers(),
    limits: await limitsOf(options, context),
    ...(token !== undefined && { token }),
    autoFinalize: false,
    onEvent: (event) => void (options.silent || told.push(tell(event, context).catch(() => undefined))),
  });
  const response = await pay(url, init);
  await Promise.all(told);
  const failed = options.fail === true && response.status >= 400;
  if (failed) {
    void response.body?.cancel();
    context.output.note(`the server answered ${response.status}`);
    return EXIT.http;
  }
  const target = options.output === undefined ? context.around.stdout : createWriteStream(options.output);
  if (options.include) target.write(head(response));
  const body = Readable.fromWeb(response.body ?? new Blob([]).stream());
  await pipeline(body, target, { end: options.output !== undefined }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error; // `head`, say, has what it wanted
  });
  if (response.status >= 400) context.output.note(`the server answered ${response.status}`);
  return 0;
}
