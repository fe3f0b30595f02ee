/** One paying client: a hundred requests at once, and requests one after the other. */
import type { Hex } from "@rmps/proofs";
import { say, settings } from "../process/child.ts";
import type { ChainReady } from "../sync/chain.ts";
import { PATH } from "../world.ts";
import { clients, type ClientName } from "./clients.ts";

/** What was seen of some requests. */
export interface Seen {
  readonly requests: number;
  /** Answered with 200. */
  readonly served: number;
  /** HTTP requests that were sent for them. */
  readonly roundTrips: number;
  readonly milliseconds: number;
  /** CPU time of the client, µs. */
  readonly cpu: number;
}

/** What it says to its parent. */
export interface SenderResult {
  readonly parallel: Seen;
  readonly sequential: Seen;
}

const AT_ONCE = 100;

const order = settings<{ client: ClientName; port: number; chain: ChainReady & { payer: Hex }; waves: number }>();
const url = `http://localhost:${order.port}${PATH}`;

let sent = 0;
const counting: typeof fetch = (input, init) => {
  sent++;
  return fetch(input, init);
};
const pay = await clients[order.client](counting, order.chain);

let trouble: unknown;

/** Whether a request was served; whatever went wrong instead, it was not. */
async function served(): Promise<boolean> {
  try {
    const response = await pay(url);
    const text = await response.text();
    if (response.status !== 200) trouble = `${response.status} ${text}`;
    return response.status === 200;
  } catch (error) {
    trouble = error;
    return false;
  }
}

async function watch(requests: number, run: () => Promise<number>): Promise<Seen> {
  const [began, before, trips] = [performance.now(), process.cpuUsage(), sent];
  const done = await run();
  const { user, system } = process.cpuUsage(before);
  return {
    requests,
    served: done,
    roundTrips: sent - trips,
    milliseconds: performance.now() - began,
    cpu: user + system,
  };
}

async function wave(): Promise<number> {
  const results = await Promise.all(Array.from({ length: AT_ONCE }, served));
  return results.filter(Boolean).length;
}

async function waves(count: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < count; i++) done += await wave();
  return done;
}

async function oneByOne(count: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < count; i++) if (await served()) done++;
  return done;
}

if (!(await served())) throw new Error(`${order.client}: the first request was not served`, { cause: trouble });
await oneByOne(AT_ONCE / 4); // Warms up.
const sequential = await watch(order.waves * AT_ONCE, () => oneByOne(order.waves * AT_ONCE));
await waves(1);
const parallel = await watch(order.waves * AT_ONCE, () => waves(order.waves));
say({ kind: "result", parallel, sequential });
process.disconnect?.();
