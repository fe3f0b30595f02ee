import { isIP } from "node:net";
import type { ReceiverOptions } from "../config/options.ts";
import type { Resolved } from "../config/resolve.ts";
import type { Page } from "../paywall/types.ts";
import { webPage } from "./page.ts";
import { loadSite, type Site } from "./site.ts";

/**
 * The page of a receiver, and the files that it consists of.
 * @returns undefined where it is switched off, or `@rmps/web` is not installed: then a plain page takes its place.
 */
export function createWeb(options: ReceiverOptions, resolved: Resolved): { site: Site; page: Page } | undefined {
  const { web = {} } = options;
  const site = web === false ? undefined : loadSite();
  if (web === false || site === undefined) return undefined;
  const demoRpc = resolved.development ? (web.demoRpc ?? ownRpc(options.rpc)) : undefined;
  return { site, page: webPage(site, { block: resolved.deployment.block, demoRpc, sponsor: resolved.sponsor }) };
}

/** The first node on this machine: no other one's URL is told to everybody, for it may hold a secret. */
function ownRpc(rpc: ReceiverOptions["rpc"]): string | undefined {
  return [rpc].flat().find((url) => isHttp(url) && isLoopback(new URL(url).hostname));
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIP(hostname) === 4 && hostname.startsWith("127."));
}
