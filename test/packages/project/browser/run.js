// Runs the bundle, after looking that nothing in it needs what only Node has.
import { readFileSync } from "node:fs";

const bundle = readFileSync(new URL("../out/browser/bundle.js", import.meta.url), "utf8");
const foreign = [
  ...bundle.matchAll(/^(?:import|export)\b[^"\n]*"[^"\n]+";/gm), // an import that was not bundled
  ...bundle.matchAll(/__vite-browser-external|\bBuffer\.(?:from|alloc)\b|\bprocess\.(?:env|versions|nextTick)\b/g),
];
if (foreign.length > 0) throw new Error(`The bundle needs Node: ${foreign.map(([text]) => text).join(", ")}`);
const { story } = await import("../out/browser/bundle.js");
console.log(await story(process.argv[2]));
