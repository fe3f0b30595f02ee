import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { readTerms } from "@rmps/wire";
import type { TransactionResponse } from "ethers";

import type { TestChain } from "./chain.ts";

/** What a sender asks a sponsor for, and how that is done. */
export interface Wish {
  readonly amount: bigint;
  readonly fee: bigint;
  /** Calldata of the deposit that was authorized. */
  readonly data: string;
  /** Sends the deposit that was authorized, and waits until it is mined. */
  deposit(): Promise<TransactionResponse>;
}

/** The desk at which a receiver takes requests for sponsored deposits, and does as a test says. */
export interface SponsorDesk {
  readonly origin: string;
  fee: bigint;
  /** The least that it deposits. */
  minDeposit: bigint;
  /** What it waits for before it says its terms. */
  ready: Promise<void>;
  /** @returns the transaction that it names; undefined: it refuses. */
  answer: (wish: Wish) => Promise<string | undefined> | string | undefined;
  stop(): Promise<void>;
}

/** A desk whose gas is paid by account #0. */
export async function openDesk(chain: TestChain, fee: bigint): Promise<SponsorDesk> {
  const server = createServer((request, response) => {
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (request.method === "GET") {
      const sponsoring = { methods: ["erc3009"], min_deposit: `${desk.minDeposit}`, fee: `${desk.fee}` };
      return void desk.ready.then(() => json(200, { sponsoring }));
    }
    read(request, chain)
      .then(async (wish) => {
        const transaction = await desk.answer(wish);
        json(transaction === undefined ? 409 : 202, transaction === undefined ? { detail: "no" } : { transaction });
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const desk: SponsorDesk = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fee,
    minDeposit: 1n,
    ready: Promise.resolve(),
    answer: async ({ deposit }) => (await deposit()).hash,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return desk;
}

interface Body {
  terms: unknown;
  amount: string;
  fee: string;
  authorization: { valid_before: string; nonce_salt: string; signature: string };
}

async function read(request: IncomingMessage, chain: TestChain): Promise<Wish> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  const { terms, amount, fee, authorization } = JSON.parse(text) as Body;
  const { valid_before: until, nonce_salt: salt, signature } = authorization;
  const values = [readTerms(terms), amount, 0n, until, salt, signature] as const;
  const data = chain.manager.interface.encodeFunctionData("depositWithAuthorization", [...values]);
  return {
    amount: BigInt(amount),
    fee: BigInt(fee),
    data,
    async deposit() {
      const sent = await (await chain.signer(0)).sendTransaction({ to: chain.contract, data });
      await sent.wait();
      return sent;
    },
  };
}
