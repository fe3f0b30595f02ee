import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "./lib/chain.ts";
import { parseBundle } from "./lib/bundles.ts";
import { OperatorError, main } from "./lib/command.ts";

interface Page {
  channels: { id: string; sender: string; status: string; spent: string; settled: string }[];
  next: string | null;
}

/** Asks the operator's part of a receiver's API. */
async function ask<T>(url: string, token: string): Promise<T> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => {
    throw new OperatorError(`Nobody answers at ${url}.`);
  });
  if (!answer.ok) throw new OperatorError(`${url} answered ${answer.status}.`);
  return (await answer.json()) as T;
}

function readToken(path: string): string {
  if (!existsSync(path)) throw new OperatorError(`There is no file ${path}.`);
  if ((statSync(path).mode & 0o077) !== 0) throw new OperatorError(`Others can read ${path}: chmod 600 it.`);
  return readFileSync(path, "utf8").trim();
}

await main({
  help: `Exports the proofs of a receiver's channels for a watchtower: who has the file can settle, and do nothing else.
It is a secret all the same: whoever holds a proof of a request under way could spend its credit.

  npx node scripts/ops/export.ts --api http://127.0.0.1:5000/api/1 --token-file FILE --out FILE

  --api URL           the receiver's API
  --token-file FILE   the operator's token, mode 0600
  --out FILE          written with mode 0600; settle-many.ts and rmps watch read it
  --all               also channels of which nothing is left to settle`,
  options: {
    api: { type: "string" },
    "token-file": { type: "string" },
    out: { type: "string" },
    all: { type: "boolean" },
  },
  async run({ values }) {
    const { api, out, "token-file": tokenFile } = values;
    if (api === undefined || tokenFile === undefined) throw new OperatorError("Give --api and --token-file.");
    const chain = await connect(values);
    const token = readToken(tokenFile);
    const bundles: unknown[] = [];
    let after = "";
    do {
      const page: Page = await ask(`${api}/channels?status=all${after}`, token);
      for (const { id, sender, status, spent, settled } of page.channels) {
        if (status === "closed" || (values.all !== true && BigInt(spent) <= BigInt(settled))) continue;
        const bundle = await ask<unknown>(`${api}/channels/${sender}/${id}/proof`, token);
        parseBundle(bundle, chain); // a watchtower must not find out when it is too late
        bundles.push(bundle);
      }
      after = page.next === null ? "" : `&after=${page.next}`;
    } while (after !== "");
    console.log(`${bundles.length} channels to watch`);
    if (values["dry-run"] === true) return;
    const text = `${JSON.stringify(bundles, undefined, 2)}\n`;
    if (out === undefined) return console.log(text);
    // The mode below is for new files only; a pipe or a device is not ours to change.
    if (statSync(out, { throwIfNoEntry: false })?.isFile() === true) chmodSync(out, 0o600);
    writeFileSync(out, text, { mode: 0o600 });
  },
});
