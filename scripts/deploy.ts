/** `npm run deploy -- --network NAME [--yes]`: deploys to a network, or says what it would do and cost. */
import { DeploymentError } from "@rmps/contracts/deploy";
import { readOptions, USAGE } from "../deploy/tool/options.ts";
import { run } from "../deploy/tool/run.ts";

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else await run(options, console.log);
  // Hardhat keeps its connections open.
  process.exit(0);
} catch (error) {
  // Hardhat's own errors (a missing configuration variable, a wrong chain id) say what to do, too.
  const told = error instanceof DeploymentError ? `${error.code}: ${error.message}` : undefined;
  console.error(told ?? (error instanceof Error && error.name === "HardhatError" ? error.message : error));
  process.exit(1);
}
