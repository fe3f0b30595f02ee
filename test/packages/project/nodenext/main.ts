import * as receiver from "@rmps/receiver";
import * as sender from "@rmps/sender";
import * as wire from "@rmps/wire";
import { sell } from "../shop.js";
import { story } from "../story.js";

// The types of all packages resolve, and what they declare is there.
const present: [string, unknown][] = [
  ["createPayingFetch", sender.createPayingFetch],
  ["createLedger", receiver.createLedger],
  ["readPayment", wire.readPayment],
  ["sell", sell],
];
for (const [name, value] of present) if (typeof value !== "function") throw new Error(`${name} is missing`);
console.log(await story(process.argv[2] ?? ""));
