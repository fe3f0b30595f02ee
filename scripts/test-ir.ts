// `npm run test:ir`: the contracts' whole suite with the IR pipeline, in a copy (docs/adr/0001-compiler.md).
import { run, tally } from "./contracts/run.ts";
import { makeScratch } from "./contracts/scratch.ts";

const folder = makeScratch("ir");
const { code, output } = await run(folder, { RMPS_PIPELINE: "ir" }, ["hardhat", "test"]);
const { passed, failed } = tally(output);
console.log(`ir: ${passed} tests passed, ${failed} failed with the IR pipeline`);
process.exitCode = code === 0 && failed === 0 && passed > 0 ? 0 : 1;
