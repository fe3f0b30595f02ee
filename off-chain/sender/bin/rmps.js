#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// An RPC connection that is kept open must not keep the process: whatever there was to do is done.
process.exit(await main(process.argv.slice(2)));
