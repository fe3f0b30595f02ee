#!/usr/bin/env node
// Loaded only where it can be: what it is made of does not load in an older Node, and does not say why.
if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error(`rmps-receiver needs Node 22 or newer; this is ${process.version}.`);
  console.error("Use a newer Node. Where the npm package node is installed beside it: npx rmps-receiver.");
  process.exit(1);
}
const { main } = await import("../dist/main.js");
await main(process.argv);
