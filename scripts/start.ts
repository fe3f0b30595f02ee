/**
 * `npm start`: an embedded chain with everything deployed, and a shop that sells four things on it.
 * `PORT` (5000), `RPC_PORT` (8545) and `RMPS_STORE` (data/receiver.sqlite) move them; `RMPS_API_TOKEN` opens the
 * operator's part of the API.
 */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join, parse } from "node:path";

import { RefusedToStart, StoreRefused, type RunningReceiver } from "@rmps/receiver";

import { startLocalChain, type LocalChain } from "./lib/local-chain.ts";
import { openShop } from "./lib/shop.ts";

const root = join(import.meta.dirname, "..");

/** Where `rmps` looks for the chain unless told otherwise. */
const LOCAL_RPC = "http://127.0.0.1:8545";

function portFrom(name: string, usual: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return usual;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) fail(`${name} is "${text}": give a port from 0 to 65535.`);
  return port;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/** Runs `start`; if the port is taken, says which variable moves it, and what to do about all else that it refuses. */
async function onPort<T>(variable: string, port: number, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof StoreRefused) fail(`${error.message}\nTo name another store: RMPS_STORE=FILE npm start`);
    if (error instanceof RefusedToStart) fail(`${error.message}\n${error.remedy}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && !String(error).includes("EADDRINUSE")) throw error;
    fail(`Port ${port} is taken. Stop what uses it, or choose another: ${variable}=${port + 1} npm start`);
  }
}

/** The store of a chain that is gone: kept, for it is not ours to delete, but out of the way. */
function moveAside(store: string): void {
  const { dir, name, ext } = parse(store);
  const stamp = new Date().toISOString().replace(/[:.]/g, "-");
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(store + suffix)) renameSync(store + suffix, join(dir, `${name}-${stamp}${ext}${suffix}`));
  }
  console.log(`The chain is a new one: moved the old store to ${join(dir, `${name}-${stamp}${ext}`)}`);
}

async function openShopOnNewChain(chain: LocalChain, store: string, port: number): Promise<RunningReceiver> {
  mkdirSync(dirname(store), { recursive: true });
  const apiToken = process.env.RMPS_API_TOKEN;
  const open = () => openShop(chain, { store, port, log: "warn", ...(apiToken && { apiToken }) });
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof StoreRefused) || error.problem !== "foreign") throw error;
    moveAside(store);
    return open();
  }
}

const port = portFrom("PORT", 5000);
const rpcPort = portFrom("RPC_PORT", 8545);
const store = process.env.RMPS_STORE || join(root, "data", "receiver.sqlite");

const chain = await onPort("RPC_PORT", rpcPort, () => startLocalChain(rpcPort));
const shop = await onPort("PORT", port, () => openShopOnNewChain(chain, store, port));

// Before it says that it is ready: whoever reads that may send a signal at once.
let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await shop.close();
  await chain.close();
  process.exit(0);
}
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());

// The command looks for the chain where it usually is.
const where = chain.url === LOCAL_RPC ? "" : ` --rpc ${chain.url}`;

console.log(`
  Chain     ${chain.url}  (chain id 31337, Hardhat's well-known accounts)
  Token     ${chain.token}  (MIC; accounts #2 to #9 hold 1,000 each)
  Contract  ${chain.manager}  (ChannelManager)
  Receiver  ${chain.account(1).address}  (account #1)
  Shop      ${shop.url}

RMPS is ready. In another terminal:

  curl -i ${shop.url}/doggo.jpg
  npx rmps get ${shop.url}/doggo.jpg --account 2${where} > doggo.jpg

Also on sale: /kitten.jpg, /teapot.jpg, /test.txt. Ctrl-C stops.
`);
