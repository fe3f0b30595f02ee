import type { Finding } from "../finding.ts";
import type { Options } from "../options.ts";
import { start } from "../process/child.ts";
import { CORES } from "../process/pin.ts";
import type { ChainReady } from "./chain.ts";
import type { Synced } from "./receiver.ts";

/** Reading a chain full of channels into an empty store. */
export async function syncPart({ quick }: Options): Promise<Finding> {
  const channels = quick ? 12_000 : 100_000;
  const chain = start("sync/chain.ts", { channels }, CORES.load);
  try {
    const ready = await chain.next<ChainReady>("ready");
    const receiver = start("sync/receiver.ts", ready, CORES.server);
    const synced = await receiver.next<Synced>("synced");
    await receiver.stop();
    if (synced.channels !== channels) throw new Error(`${synced.channels} of ${channels} channels were read`);
    const rate = (channels / synced.milliseconds) * 1000;
    return {
      tables: [
        {
          title: "Reading the embedded chain into an empty store (SQLite)",
          head: ["events", "s", "events/s", "MB"],
          rows: [[channels.toLocaleString("en-US"), synced.milliseconds / 1000, rate, synced.rss / 1024 / 1024]],
          notes: ["Everything that a start does is counted: looking for the deployment, reading, storing, listening."],
        },
      ],
      targets: [{ name: "sync, events a second", measured: rate, target: 5_000, need: "at least", unit: "/s" }],
    };
  } finally {
    await chain.stop();
  }
}
