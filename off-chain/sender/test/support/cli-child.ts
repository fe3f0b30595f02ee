// The `rmps` command in a process that can be killed. Arguments: as the command's.
import { main } from "../../src/cli/main.ts";

process.exitCode = await main(process.argv.slice(2));
