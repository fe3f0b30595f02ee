/**
 * A receiver that sells numbers, to be killed: store, ledger and paywall are the real ones, the chain is taken to be
 * alive. It writes down what it serves before it serves it, in a file that survives it. Started by `crash.ts`.
 */
import { createLedger, createPaywall, nodePaywall, openStore, type Binding } from "@rmps/receiver";
import { ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import { openSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What `crash.ts` tells a node. */
export interface NodeSettings {
  readonly store: string;
  readonly served: string;
  readonly contract: Hex;
  readonly receiver: Hex;
  readonly token: Hex;
  readonly price: string;
  /** One of so many requests kills the node after its commit and before its answer. */
  readonly killOneIn: number;
  /** One of so many requests fails with 503 after it was paid. */
  readonly failOneIn: number;
}

const settings = JSON.parse(process.argv[2]!) as NodeSettings;
const { contract, receiver, token } = settings;
const binding: Binding = { chainId: 31337n, deploymentBlockHash: `0x${"b1".repeat(32)}`, contract, receiver };
const store = await openStore(settings.store, { binding, firstBlock: 1 });
const now = Date.now();
const head = { number: 10, hash: binding.deploymentBlockHash, confirmed: 10, movedAt: now, readAt: now };
const ledger = createLedger({
  manager: { chainId: 31337n, contract },
  terms: {
    receiver,
    receiverSigner: ZERO_ADDRESS,
    token,
    minChallengePeriod: 3600,
    maxChallengePeriod: 3600,
    minDeposit: 0n,
  },
  store,
  head: () => head,
});
const paywall = createPaywall({ ledger, challengePeriod: 3600, challengeKey: store.challengeKey });
const served = openSync(settings.served, "a");

const oneIn = (count: number) => count > 0 && Math.random() * count < 1;

const sell = nodePaywall({ paywall, price: BigInt(settings.price) }, (request, response) => {
  if (oneIn(settings.killOneIn)) process.kill(process.pid, "SIGKILL");
  if (oneIn(settings.failOneIn)) return void response.writeHead(503).end();
  writeSync(
    served,
    `${request.headers["rdn-channel-id"] as string} ${request.headers["rdn-sender-balance"] as string}\n`,
  );
  response.end("42");
});

const server = createServer((request, response) => {
  if (request.url !== "/books") return void sell(request, response);
  void store.channels({}).then((channels) => {
    const books = channels.map(({ id, accepted, spent, proof }) => [
      id,
      {
        accepted: String(accepted),
        spent: String(spent),
        balance: String(proof?.balance ?? 0n),
        signature: proof?.signature,
      },
    ]);
    response.end(JSON.stringify(Object.fromEntries(books)));
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
