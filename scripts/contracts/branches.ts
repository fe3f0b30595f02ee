// Hardhat measures statements, not branches. This makes a statement of every branch: both arms of every `if` get a
// marker on a line of its own, so that a line that was never run is a branch that was never taken.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string): string };

/** The statement that marks an arm. It does nothing. */
export const MARKER = "0;";

interface Node {
  readonly nodeType: string;
  readonly src: string;
  readonly [key: string]: unknown;
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  else if (typeof value === "object" && value !== null) {
    if ("nodeType" in value) yield value as Node;
    for (const item of Object.values(value)) yield* nodesOf(item);
  }
}

/** The syntax tree of one file, without looking at what it imports. */
export function parse(content: string): Node[] {
  const settings = { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } };
  const input = { language: "Solidity", sources: { file: { content } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as { sources?: { file?: { ast: unknown } } };
  if (output.sources?.file === undefined) throw new Error("solc does not parse the file");
  return [...nodesOf(output.sources.file.ast)];
}

/** Start and end, in bytes. */
export function spanOf(node: Node): [start: number, end: number] {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return [start, start + length];
}

/** Where a statement ends: the tree leaves out the semicolon. */
function endOf(node: Node, bytes: Buffer): number {
  const [, end] = spanOf(node);
  return bytes[end] === ";".charCodeAt(0) ? end + 1 : end;
}

/** The file with a marker in both arms of every `if`; fails where a branch is hidden in an expression. */
export function markBranches(content: string): { marked: string; branches: number } {
  const bytes = Buffer.from(content);
  const inserts: [at: number, text: string][] = [];
  let branches = 0;
  for (const node of parse(content)) {
    if (node.nodeType === "Conditional") throw new Error("a ?: hides two branches in one statement; write an if");
    if (node.nodeType !== "IfStatement") continue;
    const end = endOf(node.trueBody as Node, bytes);
    inserts.push([spanOf(node.trueBody as Node)[0], `{\n${MARKER}\n`]);
    if (node.falseBody) {
      inserts.push([end, "\n}"], [spanOf(node.falseBody as Node)[0], `{\n${MARKER}\n`]);
      inserts.push([endOf(node.falseBody as Node, bytes), "\n}"]);
    } else inserts.push([end, `\n} else {\n${MARKER}\n}`]);
    branches += 2;
  }
  let marked = "";
  let last = 0;
  for (const [at, text] of inserts
    .map((insert, order) => ({ insert, order }))
    .sort((a, b) => a.insert[0] - b.insert[0] || a.order - b.order)
    .map(({ insert }) => insert)) {
    marked += bytes.subarray(last, at).toString() + text;
    last = at;
  }
  return { marked: marked + bytes.subarray(last).toString(), branches };
}
