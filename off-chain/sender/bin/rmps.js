#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

await main(process.argv.slice(2));
// An RPC connection that is kept open must not keep the process: whatever there was to do is done.
process.exit();
