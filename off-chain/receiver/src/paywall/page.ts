import { createHash } from "node:crypto";
import type { Currency, PageFacts } from "./types.ts";

const STYLE = `body{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.5rem}code,dd{overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.9em}
.price{font-size:2rem;font-weight:600;margin:.5rem 0}dt{margin-top:.6rem;font-weight:600}dd{margin:0}`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** The headers of a page that needs nothing but its own style: no script, no frame, no request. */
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as it stands in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** An amount of a token as people write it, without losing a digit; in smallest units where the token is unknown. */
export function formatAmount(amount: bigint, currency: Currency | undefined): string {
  if (currency === undefined) return `${amount} smallest units of the token`;
  const digits = amount.toString().padStart(currency.decimals + 1, "0");
  const whole = digits.slice(0, digits.length - currency.decimals);
  const fraction = digits.slice(digits.length - currency.decimals).replace(/0+$/, "");
  return `${whole}${fraction === "" ? "" : `.${fraction}`} ${currency.symbol}`;
}

/** The terms of an offer for people, as the `<dt>` and `<dd>` of a list. */
export function termsList(facts: PageFacts): string {
  const rows: readonly (readonly [string, string])[] = [
    ["Chain id", facts.chainId.toString()],
    ["Channel manager", facts.contract],
    ["Token", facts.token],
    ["Receiver", facts.receiver],
    ["Challenge period", `${facts.challengePeriod} seconds`],
    ["Suggested deposit", formatAmount(facts.suggestedDeposit, facts.currency)],
  ];
  return rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("\n");
}

/** A plain page that says what is sold, for how much, and how to pay. */
export function plainPage(facts: PageFacts) {
  const price = escapeHtml(formatAmount(facts.price, facts.currency));
  const what = escapeHtml(facts.description ?? new URL(facts.url).pathname);
  const url = escapeHtml(facts.url);
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${price}: payment required</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Payment required</h1>
<p>${what} costs</p>
<p class="price">${price}</p>
<p>for each request. Payment goes through a channel: deposit once, then every request is paid by a signature, without a
transaction and without fees, and what is left comes back when you close the channel.</p>
<p>From a terminal, with an account that holds the token:</p>
<p><code>npx rmps get ${url}</code></p>
<h2>Terms</h2>
<dl>
${termsList(facts)}
</dl>
</body>
</html>
`;
  return { body, headers: HEADERS };
}
