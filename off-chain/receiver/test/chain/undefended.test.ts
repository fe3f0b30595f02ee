import { expect } from "chai";
import { pino } from "pino";
import { Alarms } from "../../src/alarms.ts";
import { undefendedWatch } from "../../src/chain/settler/undefended.ts";
import { sqlite } from "../store/stores.ts";
import { advance, charge, closeRequested, newChannel, opened } from "../support/channels.ts";

/** More than a store lists at once. */
const MANY = 1_001;

describe("the watch over channels that nobody defends", () => {
  it("looks at all that are closing when it begins, however many", async () => {
    const place = await sqlite.place();
    const store = await place.open();
    const channels = Array.from({ length: MANY }, () => newChannel());
    await advance(
      store,
      10,
      channels.map((channel) => opened(channel, 10, 100n)),
    );
    const [last] = [...channels].sort((a, b) => (a.id < b.id ? 1 : -1));
    expect(await charge(store, last!, 60n, 60n)).to.include({ kind: "charged" });
    await store.finish("1");
    await advance(
      store,
      11,
      channels.map((channel) => closeRequested(channel, 11, 0n)),
    );
    const alarms = new Alarms(pino({ level: "silent" }));
    await undefendedWatch(store, alarms)([]);
    expect(
      alarms
        .list()
        .map(({ detail }) => detail)
        .join(),
    ).to.contain(last!.id);
    await place.remove();
  });
});
