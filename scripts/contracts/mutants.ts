// The mutants of one Solidity file: every operator, condition, constant and statement of its syntax tree, changed one at
// a time in the ways that a tired programmer would.
import { parse, spanOf } from "./branches.ts";

export interface Mutant {
  /** Stable while other lines move: file, operator, what stands there, what it becomes, and which of equal ones. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The function or modifier that it changes; empty outside of any. */
  readonly within: string;
  readonly source: string;
}

const SWAPS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["+"],
  "|": ["&"],
  "&": ["|"],
  "<<": [">>"],
  ">>": ["<<"],
  "**": ["*"],
};

const YUL_SWAPS: Readonly<Record<string, readonly string[]>> = {
  add: ["sub"],
  and: ["or"],
  or: ["and"],
  eq: ["gt"],
  gt: ["lt"],
  shr: ["shl"],
  shl: ["shr"],
  iszero: ["not"],
  mstore: ["mstore8"],
};

interface Edit {
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type AnyNode = ReturnType<typeof parse>[number];

function* editsOf(node: AnyNode, bytes: Buffer): Generator<Edit> {
  const [start, end] = spanOf(node);
  const textOf = (child: unknown): string => bytes.subarray(...spanOf(child as AnyNode)).toString();
  const edit = (operator: string, text: string): Edit => ({ operator, start, end, text });
  switch (node.nodeType) {
    case "BinaryOperation": {
      const [left, right] = [textOf(node.leftExpression), textOf(node.rightExpression)];
      for (const swap of SWAPS[String(node.operator)] ?? []) yield edit("swap", `${left} ${swap} ${right}`);
      break;
    }
    case "Assignment":
      if (node.operator !== "=") yield edit("assign", `${textOf(node.leftHandSide)} = ${textOf(node.rightHandSide)}`);
      break;
    case "UnaryOperation":
      if (node.operator === "!" || node.operator === "~") yield edit("unary", textOf(node.subExpression));
      if (node.operator === "++") yield edit("unary", `--${textOf(node.subExpression)}`);
      break;
    case "IfStatement": {
      const [from, to] = spanOf(node.condition as AnyNode);
      for (const text of ["true", "false"]) yield { operator: "condition", start: from, end: to, text };
      break;
    }
    case "Literal":
      if (node.kind === "bool") yield edit("literal", node.value === "true" ? "false" : "true");
      if (node.kind === "number") yield edit("literal", `(${textOf(node)} + 1)`);
      break;
    case "ExpressionStatement":
    case "EmitStatement":
    case "RevertStatement":
      yield edit("delete", "0");
      break;
    case "ModifierInvocation":
      if (textOf(node) === "nonReentrant") yield edit("modifier", "");
      break;
    case "Return":
      if (textOf(node.expression ?? node) === "paid") yield edit("delete", "0");
      break;
    case "YulFunctionCall": {
      const name = node.functionName as AnyNode;
      const [from, to] = spanOf(name);
      for (const text of YUL_SWAPS[String(name.name)] ?? []) yield { operator: "yul", start: from, end: to, text };
      break;
    }
    case "YulLiteral":
      if (node.kind === "number") {
        const value = BigInt(String(node.value));
        yield edit("yul literal", `0x${(value + 1n).toString(16)}`);
      }
      break;
    case "YulExpressionStatement":
      yield edit("yul delete", "");
      break;
    case "YulIf": {
      const [from, to] = spanOf(node.condition as AnyNode);
      for (const text of ["1", "0"]) yield { operator: "yul condition", start: from, end: to, text };
      break;
    }
  }
}

/** All mutants of a file, in the order of its lines. */
export function mutantsOf(file: string, content: string): Mutant[] {
  const bytes = Buffer.from(content);
  const seen = new Map<string, number>();
  const nodes = parse(content);
  const functions = nodes.filter(({ nodeType }) => /^(Function|Modifier)Definition$/.test(nodeType));
  const withinAt = (place: number): string => {
    const around = functions.find((node) => spanOf(node)[0] <= place && place < spanOf(node)[1]);
    return around === undefined ? "" : String(around.name || around.kind);
  };
  const edits = nodes.flatMap((node) => [...editsOf(node, bytes)]);
  return edits
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ operator, start, end, text }) => {
      const original = bytes.subarray(start, end).toString().replace(/\s+/g, " ");
      const lineStart = bytes.lastIndexOf("\n", start) + 1;
      const lineEnd = bytes.indexOf("\n", end);
      const context = bytes.subarray(lineStart, lineEnd).toString().trim().replace(/\s+/g, " ");
      const name = `${file.replace("contracts/", "")} | ${operator} | ${original} → ${text} | in: ${context}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return {
        id: count === 1 ? name : `${name} #${count}`,
        file,
        within: operator === "modifier" ? original : withinAt(start),
        line: bytes.subarray(0, start).toString().split("\n").length,
        source: bytes.subarray(0, start).toString() + text + bytes.subarray(end).toString(),
      };
    });
}
