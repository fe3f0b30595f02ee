/** A cell of a table. */
export type Cell = string | number;

/** Rows under a head, as the terminal and Markdown show it. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Said below the table. */
  readonly notes?: readonly string[];
}

/** A number with as many digits as mean something: three, at least. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const text = (cell: Cell): string => (typeof cell === "number" ? figure(cell) : cell);

/** For the terminal: columns aligned, numbers to the right. */
export function plain({ title, head, rows, notes = [] }: Table): string {
  const cells = [head, ...rows.map((row) => row.map(text))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ");
  return [`\n${title}`, ...cells.map(line), ...notes].join("\n");
}

/** For the docs. */
export function markdown({ head, rows, notes = [] }: Table): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  const lines = [head, rule, ...rows.map((row) => row.map(text))].map(line);
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}
