import type { Rate } from "./rate-limit.ts";

/** What may come in. Everything has a default that suits a small machine. */
export interface DoorOptions {
  /** Addresses or networks of proxies in front, whose `X-Forwarded-For` is believed; none unless given. */
  readonly trustedProxies?: readonly string[];
  /** Requests from one address (IPv6: one /64) that do not end up paid; false: any number. 100 a second, 1000 at once. */
  readonly perAddress?: Rate | false;
  /** Payments on one channel that are refused; false: any number. 20 a second, 200 at once. */
  readonly perChannel?: Rate | false;
  /** Requests at work at once; more are answered 503. 4000 unless given. */
  readonly maxInFlight?: number;
  /** Connections at once; more are closed. 10,000 unless given. */
  readonly maxConnections?: number;
  /** Of these from one address; more are closed. 256 unless given. */
  readonly maxConnectionsPerAddress?: number;
  /** Bytes of all headers of a request; 16 KiB unless given. */
  readonly maxHeaderBytes?: number;
  /** Bytes of a request's body; 16 MiB unless given. */
  readonly maxBodyBytes?: number;
  /** Milliseconds in which the head of a request has to arrive; 10,000 unless given. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds in which a whole request has to arrive; 60,000 unless given. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds for which a connection may be silent while it is not idle; 120,000 unless given. */
  readonly silenceTimeoutMs?: number;
  /** Milliseconds by which this process may lag behind before new requests are answered 503; 1000 unless given. */
  readonly maxLagMs?: number;
}

/** Every default. */
export const DOOR_DEFAULTS = {
  trustedProxies: [],
  perAddress: { perSecond: 100, burst: 1000 },
  perChannel: { perSecond: 20, burst: 200 },
  maxInFlight: 4000,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 256,
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 16 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  silenceTimeoutMs: 120_000,
  maxLagMs: 1000,
} as const satisfies Required<DoorOptions>;
