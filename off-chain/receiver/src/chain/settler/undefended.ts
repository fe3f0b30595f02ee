import type { Hex } from "@rmps/proofs";
import type { Alarms } from "../../alarms.ts";
import type { Store } from "../../store/store.ts";
import { allChannels } from "./closing-channels.ts";
import { disputes } from "./policy.ts";

/** Channels that the alarm names; the API lists all that are closing. */
const NAMED = 10;

/**
 * For a receiver without a gas key: rings while a close concedes less than was spent, so that whoever holds a key (or
 * a watchtower) submits the proof. To be called after every look at the chain.
 * @param changed channels whose facts changed, to be looked at; the first call looks at all.
 */
export function undefendedWatch(store: Store, alarms: Alarms): (changed: readonly Hex[]) => Promise<void> {
  const suspects = new Set<Hex>();
  let begun = false;
  return async (changed) => {
    if (!begun) for (const { id } of await allChannels(store, { status: "closing" })) suspects.add(id);
    begun = true;
    for (const id of changed) suspects.add(id);
    const found: Hex[] = [];
    let gain = 0n;
    for (const id of suspects) {
      const channel = await store.channel(id);
      const [dispute] = channel === undefined ? [] : disputes([channel]);
      if (dispute === undefined) suspects.delete(id);
      else {
        found.push(id);
        gain += dispute.gain;
      }
    }
    const which = found.slice(0, NAMED).join(", ") + (found.length > NAMED ? " and others" : "");
    const detail =
      `${found.length} channels are being closed below what was spent (${gain} in all), and there is no gas key here: ` +
      `${which}.`;
    alarms.set("undefended", found.length > 0, detail);
  };
}
