// Compiles a contract that imports from the package by path, as every Solidity tool resolves it: in node_modules.
import { readFileSync } from "node:fs";
import solc from "solc";

const content = readFileSync(new URL("Shop.sol", import.meta.url), "utf8");
const input = {
  language: "Solidity",
  sources: { "Shop.sol": { content } },
  settings: { evmVersion: "cancun", outputSelection: { "*": { Shop: ["evm.bytecode.object"] } } },
};
const find = (path) => ({ contents: readFileSync(new URL(`../node_modules/${path}`, import.meta.url), "utf8") });
const { errors = [], contracts } = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
console.log(contracts["Shop.sol"].Shop.evm.bytecode.object.length > 0 ? "compiled" : "empty");
