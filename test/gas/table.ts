// The figures beside which ours stand. The peers were measured under the same conditions (docs/gas.md); `bound` is the
// sum of what no contract can avoid: 21000, calldata, one slot, the token's own transfers, `ecrecover`, one log.

/** One capped user story: the peers' gas, the bound in thousands, and the cap in gas. */
export interface Cap {
  readonly microraiden: string;
  readonly x402: string;
  readonly tempo: string;
  readonly bound: string;
  readonly cap: number;
}

function row(microraiden: string, x402: string, tempo: string, bound: string, cap: number): Cap {
  return { microraiden, x402, tempo, bound, cap };
}

/** The capped stories, by name. */
export const CAPS: Readonly<Record<string, Cap>> = {
  "open by deposit": row("70,639", "78,525", "137,377", "63.6k", 70_600),
  "open by ERC-223 transfer": row("71,244", "–", "–", "64k", 69_500),
  "top-up by deposit": row("53,741", "58,108", "55,187", "46.1k", 51_500),
  settle: row("76,333 / 59,238", "71,170", "60,630", "47.8k", 53_300),
  "close by the receiver": row("69,977", "113,305", "63,150", "51.2k", 62_300),
  "close by the sender with the agreement": row("69,960", "83,250 + claim", "–", "51.2k", 62_700),
  "requestClose conceding nothing new": row("52,620", "52,354", "31,578", "27.9k", 32_600),
  finalize: row("56,778", "49,521", "52,102", "38.7k", 46_800),
  "settleMany, 100 channels, each": row("59,238", "19,764", "60,630", "10.5k", 14_500),
};

const thousands = (gas: number): string => gas.toLocaleString("en-US");

/** The Markdown table of `measured`, whole-transaction gas by story: the capped ones first, beside the peers'. */
export function table(measured: Readonly<Record<string, number>>): string[] {
  const head = ["story", "**ours**", "cap", "bound", "microraiden 0.2", "x402 (viaIR)", "Tempo stream channel"];
  const cells = Object.entries(measured).map(([story, gas]) => {
    const peers = CAPS[story];
    const ours = [story, `**${thousands(gas)}**`];
    return peers === undefined
      ? [...ours, "–", "–", "–", "–", "–"]
      : [...ours, thousands(peers.cap), peers.bound, peers.microraiden, peers.x402, peers.tempo];
  });
  const rows = [head, head.map((_, column) => (column === 0 ? "---" : "---:")), ...cells];
  return rows.map((row) => `| ${row.join(" | ")} |`);
}
