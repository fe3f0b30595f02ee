import type { HeaderMap } from "@rmps/wire";
import { escapeHtml, formatAmount, termsList } from "../paywall/page.ts";
import { sponsoringView } from "../api/views.ts";
import type { SponsorPolicy } from "../sponsor/types.ts";
import type { Page, PageFacts } from "../paywall/types.ts";
import { SITE_PATH, type Site } from "./site.ts";

/** What the page needs to know beside the offer. */
export interface PageSurroundings {
  /** Block of the manager's deployment, from which the page reads logs. */
  readonly block: number;
  /** RPC of a development chain for the demo wallet; undefined: there is none. */
  readonly demoRpc?: string | undefined;
  /** On what terms the gas of deposits is paid; undefined: it is not. */
  readonly sponsor?: SponsorPolicy | undefined;
}

/** The page on which people pay. */
export function webPage(site: Site, surroundings: PageSurroundings): Page {
  const headers = headersFor(site, surroundings);
  return (facts) => ({ body: fill(site.template, wordsFor(facts, site, surroundings)), headers });
}

/**
 * Nothing runs but the page's own script, by its hash; nothing is asked of anybody but this server (and on a development
 * chain its node); no text is ever taken for HTML or code; nobody frames the page.
 */
function headersFor({ scriptHash, styleHash }: Site, { demoRpc }: PageSurroundings): HeaderMap {
  const policy = [
    "default-src 'none'",
    `script-src '${scriptHash}'`,
    `style-src '${styleHash}'`,
    `connect-src 'self'${demoRpc === undefined ? "" : ` ${new URL(demoRpc).origin}`}`,
    "img-src data: blob:",
    "media-src blob:",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": policy.join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups", // some wallets answer from a window of their own
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  };
}

/** The words that go into the template, as HTML. */
function wordsFor(facts: PageFacts, site: Site, { block, demoRpc, sponsor }: PageSurroundings): Record<string, string> {
  const { currency, description, url, challengePeriod } = facts;
  const { host, pathname } = new URL(url);
  const title = description ?? pathname;
  const { symbol, decimals } = currency ?? { symbol: "units", decimals: 0 };
  const json = JSON.stringify({
    ...{ title, symbol, decimals, block, challengePeriod },
    chainId: facts.chainId.toString(),
    contract: facts.contract,
    token: facts.token,
    receiver: facts.receiver,
    receiverSigner: facts.receiverSigner,
    price: facts.price.toString(),
    suggestedDeposit: facts.suggestedDeposit.toString(),
    crossSite: facts.crossSite,
    frame: SITE_PATH + site.frame.name,
    gatewayPath: facts.gatewayPath,
    sponsoring: sponsor && sponsoringView(sponsor),
    demoRpc,
  });
  return {
    title: escapeHtml(title),
    price: escapeHtml(formatAmount(facts.price, currency)),
    symbol: escapeHtml(symbol),
    host: escapeHtml(host),
    url: escapeHtml(url),
    period: escapeHtml(spell(challengePeriod)),
    terms: termsList(facts),
    facts: json.replaceAll("<", "\\u003c"),
    script: SITE_PATH + site.script.name,
    integrity: site.scriptHash,
  };
}

/** In one pass, so that what is put in is never looked at again. */
function fill(template: string, words: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => words[name] ?? "");
}

/** A time span in words, rounded up to hours or days. */
function spell(seconds: number): string {
  const [unit, size] = seconds < 172_800 ? (["hour", 3_600] as const) : (["day", 86_400] as const);
  const count = Math.ceil(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
