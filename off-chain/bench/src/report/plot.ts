import { figure } from "./table.ts";

/** A line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const COLOURS = ["#2563eb", "#ea580c", "#16a34a", "#9333ea", "#64748b"];
const FONT = `font-family="system-ui, sans-serif" font-size="13" fill="#334155"`;

const escape = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

function frame(width: number, height: number, title: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" ${FONT} font-weight="600">${escape(title)}</text>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

/** Horizontal bars on a logarithmic scale, as an SVG document. Values above 0. */
export function bars(title: string, unit: string, values: readonly (readonly [name: string, value: number])[]): string {
  const [left, right, row] = [250, 130, 26];
  const width = 820;
  const span = width - left - right;
  const low = Math.log10(Math.min(...values.map(([, value]) => value))) - 0.3;
  const high = Math.log10(Math.max(...values.map(([, value]) => value)));
  const body = values.flatMap(([name, value], index) => {
    const y = 46 + index * row;
    const length = Math.max(2, ((Math.log10(value) - low) / (high - low)) * span);
    const colour = name.startsWith("RMPS") ? COLOURS[0] : /x402|mppx/.test(name) ? COLOURS[1] : COLOURS[4];
    return [
      `<text x="${left - 10}" y="${y + 13}" ${FONT} text-anchor="end">${escape(name)}</text>`,
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" fill="${colour}"/>`,
      `<text x="${(left + length + 8).toFixed(1)}" y="${y + 13}" ${FONT}>${figure(value)} ${escape(unit)}</text>`,
    ];
  });
  return frame(width, 62 + values.length * row, `${title} (logarithmic)`, body);
}

/** Lines over a logarithmic x axis, from zero up, as an SVG document. */
export function lines(title: string, xLabel: string, yLabel: string, series: readonly Series[]): string {
  const [left, top, span, rise] = [80, 50, 560, 260];
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const top1 = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y))) * 1.1;
  const [first, last] = [Math.log(xs[0]!), Math.log(xs.at(-1)!)];
  const xOf = (x: number): number => left + (last === first ? 0.5 : (Math.log(x) - first) / (last - first)) * span;
  const yOf = (y: number): number => top + rise - (y / top1) * rise;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top1);
  const body = [
    ...ticks.flatMap((y) => [
      `<line x1="${left}" x2="${left + span}" y1="${yOf(y).toFixed(1)}" y2="${yOf(y).toFixed(1)}" stroke="#e2e8f0"/>`,
      `<text x="${left - 8}" y="${(yOf(y) + 4).toFixed(1)}" ${FONT} text-anchor="end">${figure(y)}</text>`,
    ]),
    ...xs.map((x) => `<text x="${xOf(x).toFixed(1)}" y="${top + rise + 20}" ${FONT} text-anchor="middle">${x}</text>`),
    `<text x="${left + span / 2}" y="${top + rise + 42}" ${FONT} text-anchor="middle">${escape(xLabel)}</text>`,
    `<text x="${left}" y="${top - 8}" ${FONT}>${escape(yLabel)}</text>`,
    ...series.flatMap(({ name, points }, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const path = points.map(([x, y]) => `${xOf(x).toFixed(1)},${yOf(y).toFixed(1)}`);
      return [
        `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
        ...path.map(
          (point) => `<circle cx="${point.split(",")[0]}" cy="${point.split(",")[1]}" r="4" fill="${colour}"/>`,
        ),
        `<rect x="${left + span + 20}" y="${top + index * 22}" width="12" height="12" fill="${colour}"/>`,
        `<text x="${left + span + 38}" y="${top + 11 + index * 22}" ${FONT}>${escape(name)}</text>`,
      ];
    }),
  ];
  return frame(left + span + 200, top + rise + 60, title, body);
}
