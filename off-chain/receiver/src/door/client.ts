import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6, type Socket } from "node:net";

/** Who a request comes from, as far as it can be known. */
export interface Client {
  /** IP address. */
  readonly address: string;
  /** What limits go by: the address, for IPv6 its /64. Undefined: not limited. */
  readonly key: string | undefined;
}

/** One name for a client, limited or not. */
export function nameOf({ key, address }: Client): string {
  return key ?? address;
}

/** Clients that a trusted proxy has named. */
const forwardedFor = new WeakMap<IncomingMessage, Client>();

/** The address that a request comes from: what a trusted proxy said, else the other end of the connection. */
export function clientAddress(request: IncomingMessage): string | undefined {
  return forwardedFor.get(request)?.address ?? request.socket.remoteAddress;
}

/** Tells clients apart; behind proxies that are trusted, by what those say. */
export interface Clients {
  of(request: IncomingMessage): Client;
  /** Whether limits for one address do not apply to a connection: a trusted proxy, or this machine. */
  isExempt(socket: Socket): boolean;
}

const LOOPBACK = /^(?:::1|127(?:\.\d{1,3}){3})$/;

/**
 * Tells clients apart. `X-Forwarded-For` is believed from trusted proxies only, from its right end on: each of them
 * adds whom it saw, and what stands further left anybody could have written.
 * This machine is not limited by address: what comes from there is a proxy, or the operator.
 * @param trusted addresses or networks (`10.0.0.0/8`) of proxies.
 * @throws RangeError for what is neither.
 */
export function createClients(trusted: readonly string[] = []): Clients {
  const proxies = blockList(trusted);
  const isTrusted = (address: string) =>
    trusted.length > 0 && proxies.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  // What is found out about a connection holds for all its requests.
  const known = new WeakMap<Socket, { readonly client: Client; readonly trusted: boolean }>();

  function peerOf(socket: Socket) {
    let peer = known.get(socket);
    if (peer === undefined) {
      const address = plain(socket.remoteAddress ?? "");
      peer = { client: clientAt(address), trusted: isTrusted(address) };
      // A socket has no address any more once it is closed; that is not worth remembering.
      if (address !== "") known.set(socket, peer);
    }
    return peer;
  }

  function forwarded(chain: string, proxy: Client): Client {
    let last = proxy.address;
    for (const part of chain.split(",").reverse()) {
      const address = plain(part.trim());
      if (isIP(address) === 0) break;
      last = address;
      if (!isTrusted(address)) break;
    }
    return last === proxy.address ? proxy : clientAt(last);
  }

  return {
    of(request) {
      const peer = peerOf(request.socket);
      const chain = request.headers["x-forwarded-for"];
      // Node joins repeated ones with commas.
      if (!peer.trusted || typeof chain !== "string") return peer.client;
      let client = forwardedFor.get(request);
      if (client === undefined) forwardedFor.set(request, (client = forwarded(chain, peer.client)));
      return client;
    },
    isExempt(socket) {
      const peer = peerOf(socket);
      return peer.trusted || peer.client.key === undefined;
    },
  };
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", length, ...rest] = network.split("/");
    const bits = isIPv6(address) ? 128 : 32;
    const prefix = length === undefined ? bits : Number(length);
    if (isIP(address) === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length ?? "0") || prefix > bits) {
      throw new RangeError(`${network} is no address and no network. Write 10.0.0.7, 10.0.0.0/8 or fd00::/8.`);
    }
    list.addSubnet(address, prefix, bits === 128 ? "ipv6" : "ipv4");
  }
  return list;
}

/** An IPv4 address that came over an IPv6 socket, as IPv4. */
function plain(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

function clientAt(address: string): Client {
  return { address, key: LOOPBACK.test(address) ? undefined : isIPv6(address) ? network64(address) : address };
}

/** The first 64 bits of an IPv6 address: who has one of its addresses has them all. */
function network64(address: string): string {
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array.from({ length: Math.max(0, gap) }, () => "0"), ...back].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
