import type { DialectName } from "@rmps/wire";
import { PATH } from "../world.ts";
import type { Voucher } from "./voucher.ts";

/** Which proofs, in which headers. */
export type VoucherKind = "none" | "ours/rdn" | "ours/payment" | "ours/x402" | "x402" | "mppx";

/** Those that answer a challenge which may be over by the next turn: they are signed anew for each. */
export const EXPIRING: ReadonlySet<VoucherKind> = new Set(["ours/payment", "mppx"]);

/** What to prepare. */
export interface Order {
  readonly vouchers: VoucherKind;
  /** A port where the offer can be asked for, by an unpaid request. */
  readonly port: number;
  readonly connections: number;
  /** Requests that each connection has had before. */
  readonly from: number;
  /** Requests for each connection. */
  readonly each: number;
  /** Connections that pay on the same channel, each with every so-manieth balance. */
  readonly shared: number;
}

const ours = (dialect: DialectName) => async () => ({ voucher: (await import("./dialect.ts")).voucherIn(dialect) });

const modules: Record<VoucherKind, () => Promise<{ readonly voucher: Voucher }>> = {
  none: () => Promise.resolve({ voucher: () => Promise.resolve(() => ({})) }),
  "ours/rdn": ours("rdn"),
  "ours/payment": ours("payment"),
  "ours/x402": ours("x402"),
  x402: () => import("./x402.ts"),
  mppx: () => import("./mppx.ts"),
};

/** Whole HTTP requests for every connection, signed. */
export async function prepare({ vouchers, port, connections, from, each, shared }: Order): Promise<Buffer[][]> {
  const { voucher } = await modules[vouchers]();
  const headersOf = await voucher(port);
  const requests: Buffer[][] = [];
  for (let index = 0; index < connections; index++) {
    const own: Buffer[] = [];
    const [channel, place] = [Math.floor(index / shared), index % shared];
    for (let round = from; round < from + each; round++) {
      own.push(bytesOf(port, headersOf(channel, round * shared + place)));
    }
    requests.push(own);
  }
  return requests;
}

function bytesOf(port: number, headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${PATH} HTTP/1.1\r\nHost: localhost:${port}\r\n${lines.join("")}\r\n`, "latin1");
}
