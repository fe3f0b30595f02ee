/** The variables that `rmps-receiver` reads, `PORT` apart. */
export const RECEIVER_VARIABLES = [
  "RMPS_CONFIG",
  "RMPS_RPC",
  "RMPS_CHAIN_ID",
  "RMPS_CONTRACT",
  "RMPS_TOKEN",
  "RMPS_RECEIVER",
  "RMPS_AGREEMENT_KEY_FILE",
  "RMPS_GAS_KEY_FILE",
  "RMPS_KEY_PASSWORD",
  "RMPS_STORE",
  "RMPS_HOST",
  "RMPS_CONFIRMATIONS",
  "RMPS_SPONSOR_BUDGET",
  "RMPS_SPONSOR_MIN_DEPOSIT",
  "RMPS_SPONSOR_MAX_COST",
  "RMPS_SPONSOR_FEE",
  "RMPS_API_TOKEN",
  "RMPS_API_TOKEN_FILE",
  "RMPS_TLS_CERT",
  "RMPS_TLS_KEY",
  "RMPS_LOG",
] as const;

/** The variables that `rmps` reads. */
export const SENDER_VARIABLES = [
  "RMPS_RPC",
  "RMPS_STATE",
  "RMPS_KEY",
  "RMPS_KEY_FILE",
  "RMPS_KEYSTORE",
  "RMPS_PASSWORD",
  "RMPS_PASSWORD_FILE",
] as const;

export type ReceiverVariable = (typeof RECEIVER_VARIABLES)[number];

const KNOWN: ReadonlySet<string> = new Set([...RECEIVER_VARIABLES, ...SENDER_VARIABLES]);

/** Variables that could be meant: the one without the prefix has to be found by those who give it one. */
const MEANT = [...KNOWN, "PORT"];

const PREFIX = /^RMPS_/;

/**
 * Links to a service whose name begins with `rmps`, which Kubernetes puts into every pod beside it: `RMPS_SERVICE_HOST`,
 * `RMPS_SHOP_PORT=tcp://…`, `RMPS_PORT_80_TCP_ADDR`.
 */
const LINK = /^RMPS_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const LINK_PORT = { name: /^RMPS_(\w+_)?PORT$/, value: /^(tcp|udp|sctp):\/\// };

/**
 * What to tell of variables that begin with `RMPS_` and that none of the two commands reads, a sentence or two for each;
 * names only, for a value may be a secret. They share environments: neither tells of what the other one reads.
 */
export function unreadVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const unread = Object.entries(env)
    .filter(([name, value]) => PREFIX.test(name) && !KNOWN.has(name) && value !== undefined && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const links = unread.filter(([name, value]) => isLink(name, value!)).map(([name]) => name);
  const told = unread.map(([name]) => name).filter((name) => !links.includes(name));
  return [...told.map(tellOf), ...(links.length === 0 ? [] : [tellOfLinks(links)])];
}

function isLink(name: string, value: string): boolean {
  return LINK.test(name) || (LINK_PORT.name.test(name) && LINK_PORT.value.test(value));
}

function tellOf(name: string): string {
  const meant = nearest(name);
  return `The variable ${name} is read by nobody.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
}

function tellOfLinks(names: readonly string[]): string {
  const which = names.length === 1 ? names[0]! : `${names[0]!} and ${names.length - 1} more`;
  return `Variables that link to a Kubernetes service are read by nobody (${which}). Leave them out: enableServiceLinks: false.`;
}

/** The variable that was plainly meant: a slip of the keyboard away, or with words too many or too few at its end. */
function nearest(name: string): string | undefined {
  const text = name.replace(PREFIX, "");
  const near = MEANT.map((known) => ({ known, bare: known.replace(PREFIX, "") })).map(({ known, bare }) => ({
    known,
    slips: slips(text, bare),
    allowed: Math.max(1, Math.floor(bare.length / 4)),
    shared: text.startsWith(`${bare}_`) || bare.startsWith(`${text}_`) ? bare.length : 0,
  }));
  const [slipped] = near.filter(({ slips, allowed }) => slips <= allowed).sort((a, b) => a.slips - b.slips);
  const [longest] = near.filter(({ shared }) => shared > 0).sort((a, b) => b.shared - a.shared);
  return (slipped ?? longest)?.known;
}

/** Letters put in, left out, replaced, or swapped with their neighbour, that make one text of the other. */
function slips(a: string, b: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before![j - 2]! + 1 : Infinity;
      row.push(Math.min(replaced, swapped, last![j]! + 1, row[j - 1]! + 1));
    }
    [before, last] = [last, row];
  }
  return last![b.length]!;
}
