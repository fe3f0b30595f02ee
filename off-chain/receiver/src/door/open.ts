import { Counter, type Registry } from "prom-client";
import { headersOf } from "../adapters/node/facts.ts";
import type { Cors } from "../paywall/cors.ts";
import { RefusedToStart } from "../refused-to-start.ts";
import { createDoor, type Door } from "./door.ts";
import type { DoorOptions } from "./options.ts";
import { DOOR_REFUSALS } from "./refuse.ts";

/**
 * The door of a receiver: its refusals are counted, and can be read by pages that may pay.
 * @throws RefusedToStart where an option makes no sense.
 */
export function openDoor(options: DoorOptions | undefined, cors: Cors, registry: Registry): Door {
  const refused = new Counter({
    name: "rmps_door_refusals_total",
    help: "Requests and connections that were turned away before anything else, by reason",
    labelNames: ["reason"],
    registers: [registry],
  });
  for (const reason of [...DOOR_REFUSALS, "too-many-connections"]) refused.inc({ reason }, 0);
  try {
    return createDoor(options, {
      headers: (request) => cors.headers(headersOf(request)),
      onRefused: (reason) => refused.inc({ reason }),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RefusedToStart(`door: ${error.message}`, "Mend it in the configuration, then start again.", error);
  }
}
