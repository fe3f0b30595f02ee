import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import {
  addressOf,
  signClosingAgreement,
  verifyCloseRequest,
  ZERO_ADDRESS,
  type Address,
  type Hex,
  type Manager,
} from "@rmps/proofs";
import { readPayment, writeReceipt, writeRefusal, type Offer, type Payment, type RefusalCode } from "@rmps/wire";

import { hexlify, randomBytes } from "ethers";

import { SellerBooks } from "./books.ts";
import type { TestChain } from "./chain.ts";

/** A request that pays, before the seller decides. */
export interface Sale {
  request: IncomingMessage;
  response: ServerResponse;
  payment: Payment;
  books: SellerBooks;
  path: string;
}

/** How a seller misbehaves; what is not overridden is honest. */
export interface SellerOptions {
  /** Of the receiver; a new one by default, so that no channel of another test is found. */
  receiverKey?: Hex;
  price?: bigint | ((path: string) => bigint);
  offer?: Partial<Offer>;
  /** Before an unpaid request is answered; true: it is answered already. */
  onUnpaid?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
  /** Instead of the rules: a refusal, `serve` without charging, or undefined: go by the rules. */
  onPayment?: (sale: Sale) => Promise<RefusalCode | "answered" | undefined> | RefusalCode | "answered" | undefined;
  /** After a charge, instead of the content; true: it is answered already. */
  onCharged?: (sale: Sale) => boolean | Promise<boolean>;
  /** Instead of a closing agreement; undefined: go by the rules. */
  onClose?: (body: {
    amount: string;
    deadline: string;
    signature: Hex;
  }) => { status: number; body: unknown } | undefined;
}

export interface Seller {
  readonly url: string;
  readonly offer: Offer;
  readonly receiverKey: Hex;
  readonly books: Map<Hex, SellerBooks>;
  /** The books of the only channel. */
  only(): SellerBooks;
  /** All requests, as `METHOD path`. */
  readonly log: string[];
  options: SellerOptions;
  refuse(
    sale: Pick<Sale, "request" | "response" | "books" | "payment">,
    code: RefusalCode,
    claimed?: Partial<SellerBooks>,
  ): void;
  stop(): Promise<void>;
}

export const PRICE = 10n ** 16n;

/** A seller that keeps its books by the rules, on an HTTP port of its own. */
export async function openSeller(chain: TestChain, options: SellerOptions = {}): Promise<Seller> {
  const receiverKey = options.receiverKey ?? (hexlify(randomBytes(32)) as Hex);
  const manager: Manager = { chainId: 31337n, contract: chain.contract };
  const offer: Offer = {
    gatewayPath: "/api/1",
    price: PRICE,
    manager,
    token: chain.tokenAddress,
    receiver: addressOf(receiverKey),
    receiverSigner: ZERO_ADDRESS,
    challengePeriod: 3600,
    ...options.offer,
  };
  const books = new Map<Hex, SellerBooks>();
  const log: string[] = [];

  const priceOf = (path: string) => {
    const { price } = seller.options;
    return typeof price === "function" ? price(path) : (price ?? PRICE);
  };

  async function booksOf(id: Hex): Promise<SellerBooks | undefined> {
    const known = books.get(id);
    if (known !== undefined) return known;
    const [opened] = await chain.manager.queryFilter(chain.manager.filters.ChannelOpened(id));
    if (opened === undefined) return undefined;
    const { sender, senderSigner } = opened.args;
    const signs = (senderSigner === ZERO_ADDRESS ? sender : senderSigner).toLowerCase() as Address;
    const fresh = new SellerBooks(signs, async () => (await chain.manager.stateOf(id)).deposit);
    return books.get(id) ?? (books.set(id, fresh), fresh);
  }

  function challenge(path: string, code?: RefusalCode, payment?: Payment, view?: Partial<SellerBooks>) {
    const channel =
      payment !== undefined && view?.proof !== undefined
        ? {
            channelId: payment.channelId,
            sender: view.sender!,
            accepted: view.accepted!,
            spent: view.spent!,
            deposit: view.accepted!,
            proof: view.proof,
          }
        : undefined;
    const refusal = code === undefined ? undefined : { code };
    return {
      offer: { ...offer, price: priceOf(path) },
      ...(refusal && { refusal }),
      ...(channel && { channel }),
    };
  }

  function answer402(response: ServerResponse, path: string, ...rest: [RefusalCode?, Payment?, Partial<SellerBooks>?]) {
    const context = { url: seller.url + path, method: "GET", expires: 0 };
    const { status, headers, problem } = writeRefusal(challenge(path, ...rest), context, { dialects: ["rdn"] });
    delete headers["Retry-After"]; // in whole seconds
    response.writeHead(status, headers).end(JSON.stringify(problem));
  }

  async function sell(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const reading = readPayment(request.headers);
    if (reading.kind !== "payment") {
      if (await seller.options.onUnpaid?.(request, response)) return;
      return answer402(response, path);
    }
    const { payment } = reading;
    const channel = await booksOf(payment.channelId);
    if (channel === undefined) return answer402(response, path, "channel-not-found", payment);
    const sale: Sale = { request, response, payment, books: channel, path };
    const price = priceOf(path);
    const key = request.headers["idempotency-key"];
    const repeated = typeof key === "string" && channel.answered.has(key);
    if (repeated) return serve(response, payment, channel, price, path);
    const decided = await seller.options.onPayment?.(sale);
    if (decided === "answered") return;
    const refusal = decided ?? (await channel.take(payment, price, manager));
    if (refusal !== undefined) return answer402(response, path, refusal, payment, channel);
    if (typeof key === "string") channel.answered.add(key);
    if (await seller.options.onCharged?.(sale)) return;
    serve(response, payment, channel, price, path);
  }

  function serve(response: ServerResponse, { channelId }: Payment, channel: SellerBooks, price: bigint, path: string) {
    const { accepted, spent, sender } = channel;
    const { receiver } = offer;
    const timestamp = Date.now();
    const receipt = {
      gatewayPath: "/api/1",
      cost: price,
      manager,
      receiver,
      sender,
      channelId,
      accepted,
      spent,
      timestamp,
    };
    response
      .writeHead(200, { ...writeReceipt("rdn", receipt), "content-type": "text/plain" })
      .end(`content of ${path}`);
  }

  async function close(request: IncomingMessage, response: ServerResponse, id: Hex): Promise<void> {
    const body = JSON.parse(await text(request)) as { amount: string; deadline: string; signature: Hex };
    const given = seller.options.onClose?.(body);
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (given !== undefined) return void json(given.status, given.body);
    const channel = (await booksOf(id))!;
    const terms = { ...manager, channelId: id, amount: BigInt(body.amount), deadline: BigInt(body.deadline) };
    if (!verifyCloseRequest(terms, body.signature, channel.sender)) return void json(403, { detail: "bad signature" });
    if (terms.amount < channel.spent) return void json(409, { detail: `below what is spent: ${channel.spent}` });
    channel.ended = true;
    const signature = signClosingAgreement(terms, receiverKey);
    json(200, { amount: body.amount, deadline: body.deadline, close_signature: signature });
  }

  const server = createServer((request, response) => {
    const path = request.url!;
    log.push(`${request.method} ${path}`);
    const [, id] = /^\/api\/1\/channels\/0x[0-9a-f]{40}\/(0x[0-9a-f]{64})(?:\/close)?$/.exec(path) ?? [];
    const done = id === undefined ? sell(request, response, path) : close(request, response, id as Hex);
    done.catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const seller: Seller = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    offer,
    receiverKey,
    books,
    log,
    options,
    only() {
      if (books.size !== 1) throw new Error(`${books.size} channels`);
      return [...books.values()][0]!;
    },
    refuse({ response, request, payment, books: real }, code, claimed) {
      answer402(response, request.url!, code, payment, { ...real, ...claimed });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return seller;
}

async function text(request: IncomingMessage): Promise<string> {
  let result = "";
  for await (const chunk of request.setEncoding("utf8")) result += chunk as string;
  return result;
}
