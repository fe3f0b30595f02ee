import { expect } from "chai";
import type { Totals } from "../../src/store/store.ts";
import { RememberedTotals } from "../../src/store/totals.ts";

const some: Totals = {
  ...{ open: 1, closing: 0, closed: 0, deposit: 9n },
  ...{ accepted: 3n, spent: 2n, settled: 0n, unsettled: 2n },
};

describe("Totals over all channels", () => {
  let reads: number;
  let now: number;
  /** How long a reading takes, in milliseconds. */
  let takes: number;
  let fails: boolean;
  let totals: RememberedTotals;

  beforeEach(() => {
    [reads, now, takes, fails] = [0, 1_000_000, 0, false];
    const read = async () => {
      reads++;
      await Promise.resolve();
      now += takes;
      if (fails) throw new Error("no");
      return { ...some, open: reads };
    };
    totals = new RememberedTotals(read, () => now);
  });

  it("are read once for all who ask at once", async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => totals.get()));
    expect(all.map(({ open }) => open)).to.deep.equal(Array(50).fill(1));
    expect(reads).to.equal(1);
  });

  it("are read again after five seconds", async () => {
    await totals.get();
    now += 5000;
    expect(await totals.get()).to.include({ open: 1 });
    now += 1;
    expect(await totals.get()).to.include({ open: 2 });
  });

  it("are read the more rarely, the longer it takes: a fiftieth of the time", async () => {
    takes = 1000;
    await totals.get();
    now += 49_000;
    expect(await totals.get()).to.include({ open: 1 });
    now += 1;
    expect(await totals.get()).to.include({ open: 2 });
  });

  it("are read anew after a failure, of which all learn who asked", async () => {
    fails = true;
    const asked = await Promise.allSettled([totals.get(), totals.get()]);
    expect(asked.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    fails = false;
    expect(await totals.get()).to.include({ open: 2 });
  });
});
