import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeploymentRecord, Sent } from "@rmps/contracts/deploy";
import { format, resolveConfig } from "prettier";

/** Where the repository keeps what was deployed: a file a chain, and the module that the package exports. */
export const ADDRESSES = join(import.meta.dirname, "..", "addresses");

/** Whole or not at all: a crash in the middle leaves the old file. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

function read<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
}

const recordFile = (folder: string, chainId: bigint): string => join(folder, `${chainId}.json`);
const journalFile = (folder: string, chainId: bigint): string => join(folder, `${chainId}.pending.json`);

/** The record of a chain, if there is one. */
export function readRecord(folder: string, chainId: bigint): DeploymentRecord | undefined {
  return read(recordFile(folder, chainId));
}

/** What an attempt that was cut short had sent. */
export function readJournal(folder: string, chainId: bigint): Sent[] {
  return read(journalFile(folder, chainId)) ?? [];
}

/** Notes a transaction before it is waited for. */
export function appendJournal(folder: string, chainId: bigint, sent: Sent): void {
  mkdirSync(folder, { recursive: true });
  write(journalFile(folder, chainId), `${JSON.stringify([...readJournal(folder, chainId), sent], undefined, 2)}\n`);
}

/** Writes the record of a chain; the journal has then done its work. */
export function writeRecord(folder: string, record: DeploymentRecord): void {
  mkdirSync(folder, { recursive: true });
  write(recordFile(folder, BigInt(record.chainId)), `${JSON.stringify(record, undefined, 2)}\n`);
  rmSync(journalFile(folder, BigInt(record.chainId)), { force: true });
}

/** The module that exports every record of a folder, as TypeScript: JSON modules are not for every bundler. */
export async function recordsModule(folder: string): Promise<string> {
  const ids = readdirSync(folder)
    .map((name) => /^(\d+)\.json$/.exec(name)?.[1])
    .filter((id) => id !== undefined)
    .sort((a, b) => Number(a) - Number(b));
  const records = Object.fromEntries(ids.map((id) => [id, readRecord(folder, BigInt(id))]));
  const source = `// Generated from the records beside it by \`npm run deploy\`; a test compares them. Never edited by hand.
import type { DeploymentRecord } from "../record.ts";

/** What was deployed, by chain id. */
export const records: Readonly<Record<string, DeploymentRecord>> = ${JSON.stringify(records)};
`;
  const path = join(ADDRESSES, "index.ts");
  return format(source, { ...(await resolveConfig(path)), filepath: path });
}

/** Renews the module that the package exports. */
export async function writeRecordsModule(): Promise<void> {
  write(join(ADDRESSES, "index.ts"), await recordsModule(ADDRESSES));
}
