import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HeaderMap } from "@rmps/wire";
import type { Turnstile } from "../paywall/types.ts";
import { createClients, nameOf } from "./client.ts";
import { Lag } from "./load.ts";
import { DOOR_DEFAULTS, type DoorOptions } from "./options.ts";
import { refuse, type DoorRefusal } from "./refuse.ts";
import { Limits } from "./turnstile.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a door needs besides its options. */
export interface DoorContext {
  /** Milliseconds of any clock. */
  readonly now?: () => number;
  /** Who looks how far this process lags behind; one of its own unless given. */
  readonly lag?: Lag;
  /** Headers for answers of the door, such as those that let pages of other origins read them. */
  readonly headers?: (request: IncomingMessage) => HeaderMap;
  /** Told of everybody who was not let in. */
  readonly onRefused?: (reason: DoorRefusal | "too-many-connections") => void;
}

/** Stands before everything else of a server: what it turns away costs next to nothing. */
export interface Door {
  /** Limits and timeouts for `createServer`. */
  readonly serverOptions: ServerOptions;
  /** Limits connections to a server, and ends silent ones. */
  guard(server: Server): void;
  /** Lets requests through to a handler, or turns them away. */
  around(handler: Handler): Handler;
  /** Who a request comes from, as limits see it. */
  readonly nameOf: (request: IncomingMessage) => string;
  readonly turnstile: Turnstile;
  /** Requests at work. */
  readonly inFlight: number;
  close(): void;
}

/** A door. @throws RangeError where an option makes no sense. */
export function createDoor(options: DoorOptions = {}, context: DoorContext = {}): Door {
  const given = { ...DOOR_DEFAULTS, ...options };
  const { now = () => performance.now(), headers = () => ({}), onRefused = () => undefined } = context;
  const { maxInFlight, maxBodyBytes, maxLagMs, maxConnectionsPerAddress } = given;
  const clients = createClients(given.trustedProxies);
  const limits = new Limits(given.perAddress, given.perChannel, now);
  const lag = context.lag ?? new Lag(now);
  if (context.lag === undefined) lag.start();
  let inFlight = 0;

  function turnAway(request: IncomingMessage, response: ServerResponse, reason: DoorRefusal, seconds: number): void {
    onRefused(reason);
    refuse(request, response, { reason, seconds, headers: headers(request) });
  }

  return {
    serverOptions: {
      maxHeaderSize: given.maxHeaderBytes,
      headersTimeout: given.headersTimeoutMs,
      requestTimeout: given.requestTimeoutMs,
      // Timeouts are enforced as often as this; Node's own 30 s would add that much to each of them.
      connectionsCheckingInterval: Math.max(50, Math.min(5_000, given.headersTimeoutMs / 2)),
    },
    turnstile: limits,
    nameOf: (request) => nameOf(clients.of(request)),
    get inFlight() {
      return inFlight;
    },
    close: () => lag.stop(),

    guard(server) {
      server.maxConnections = given.maxConnections;
      server.setTimeout(given.silenceTimeoutMs);
      const open = new Map<string, number>();
      server.on("connection", (socket: Socket) => {
        const address = socket.remoteAddress;
        if (address === undefined || clients.isExempt(socket)) return;
        const count = (open.get(address) ?? 0) + 1;
        open.set(address, count);
        socket.once("close", () => {
          const left = (open.get(address) ?? 1) - 1;
          if (left === 0) open.delete(address);
          else open.set(address, left);
        });
        if (count <= maxConnectionsPerAddress) return;
        onRefused("too-many-connections");
        socket.destroy();
      });
    },

    around: (handler) => (request, response) => {
      if (inFlight >= maxInFlight || lag.ms > maxLagMs) return turnAway(request, response, "overloaded", 1);
      const seconds = limits.arrive(clients.of(request));
      if (seconds > 0) return turnAway(request, response, "too-many-requests", seconds);
      const { "content-length": length, "transfer-encoding": encoding } = request.headers;
      if (length !== undefined && Number(length) > maxBodyBytes) return turnAway(request, response, "body-too-long", 0);
      if (encoding !== undefined) cutOff(request, maxBodyBytes);
      inFlight++;
      response.once("close", () => inFlight--);
      handler(request, response);
    },
  };
}

/** Breaks off a request whose body, sent in pieces without a length, gets longer than is taken. */
function cutOff(request: IncomingMessage, atMost: number): void {
  const push = request.push.bind(request);
  let length = 0;
  request.push = (chunk: Uint8Array | null, ...rest) => {
    length += chunk?.length ?? 0;
    if (length <= atMost) return push(chunk, ...rest);
    request.destroy();
    return false;
  };
}
