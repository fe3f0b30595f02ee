/**
 * The least that a durable paid request costs in these parts: HTTP, the dialect's headers in and out, one recovery of a
 * key, one row in a commit that is flushed to the disk. It keeps no rule: any signature of a known sender buys, twice
 * too. How far a real receiver is from it is what its rules cost; what it cannot do itself, none can.
 */
import { fdatasync, openSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { createVerifier, type Address, type Hex } from "@rmps/proofs";
import { writeChallenge } from "@rmps/wire";
import Database from "better-sqlite3";
import { dataDirectory } from "../ours/receiver.ts";
import { idOf } from "../vouchers/ours.ts";
import { CHANNELS, CONTENT, MANAGER, OFFER, PATH, PRICE, RECEIVER, termsOf } from "../world.ts";
import { counter, ready } from "./report.ts";

interface Paid {
  readonly channelId: Hex;
  readonly balance: string;
  readonly signature: string;
  readonly sender: Address;
  readonly response: ServerResponse;
}

const path = join(dataDirectory(), "floor.sqlite");
const db = new Database(path);
db.pragma("locking_mode = EXCLUSIVE");
db.pragma("journal_mode = WAL");
db.pragma("synchronous = NORMAL"); // Flushed below, while the thread does something else.
db.pragma("wal_autocheckpoint = 4000");
db.exec("CREATE TABLE paid (entry INTEGER PRIMARY KEY, channel TEXT, balance TEXT, signature TEXT) STRICT");
const enter = db.prepare("INSERT INTO paid (channel, balance, signature) VALUES (?, ?, ?)");
const commit = db.transaction((batch: readonly Paid[]) => {
  for (const { channelId, balance, signature } of batch) enter.run(channelId, balance, signature);
});
const log = openSync(`${path}-wal`, "r+");
const flush = promisify(fdatasync);

const verifier = createVerifier(MANAGER);
const senders = new Map(Array.from({ length: CHANNELS }, (_, index) => [idOf(index), termsOf(index).sender]));
const FIELDS = ["rdn-channel-id", "rdn-sender-balance", "rdn-balance-signature"];
const context = { url: `http://localhost${PATH}`, method: "GET", expires: 0 };
const challenge = writeChallenge({ offer: OFFER }, context, { dialects: ["rdn"] });

let waiting: Paid[] = [];
let running = false;

async function serve(): Promise<void> {
  running = true;
  while (waiting.length > 0) {
    await new Promise(setImmediate); // Whoever has been read by then shares the commit.
    const batch = waiting;
    waiting = [];
    commit(batch);
    await flush(log);
    for (const paid of batch) answer(paid);
  }
  running = false;
}

function answer({ response, sender, balance }: Paid): void {
  counter.served++;
  response
    .writeHead(200, {
      "Cache-Control": "private",
      "RDN-Gateway-Path": OFFER.gatewayPath,
      "RDN-Cost": String(PRICE),
      "RDN-Contract-Address": MANAGER.contract,
      "RDN-Receiver-Address": RECEIVER,
      "RDN-Sender-Address": sender,
      "RDN-Sender-Balance": balance,
      "RDN-Spent": balance,
      "content-type": "text/plain",
      "content-length": String(CONTENT.length),
    })
    .end(CONTENT);
}

function paidBy(headers: IncomingHttpHeaders, response: ServerResponse): Paid | undefined {
  const [channelId, balance, signature] = FIELDS.map((name) => headers[name] as string | undefined);
  const sender = senders.get(channelId as Hex);
  if (sender === undefined || balance === undefined || signature === undefined) return undefined;
  const paid = { channelId: channelId as Hex, balance, signature, sender, response };
  return verifier.verifyBalanceProof(paid.channelId, BigInt(balance), signature, sender) ? paid : undefined;
}

const server = createServer(({ url, headers }, response) => {
  if (url !== PATH) return response.writeHead(404).end();
  const paid = paidBy(headers, response);
  if (paid === undefined) return response.writeHead(402, challenge).end();
  waiting.push(paid);
  if (!running) void serve();
  return undefined;
});
server.listen(0, "127.0.0.1", () => ready(server));
