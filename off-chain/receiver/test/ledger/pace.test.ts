import { expect } from "chai";
import { Pace } from "../../src/ledger/pace.ts";

/** Lets the event loop turn once. */
const turn = () => new Promise(setImmediate);

describe("The pace of payments", () => {
  let pace: Pace;
  let through: number[];
  beforeEach(() => {
    pace = new Pace();
    through = [];
  });

  async function enter(name: number): Promise<void> {
    const place = pace.enter();
    if (place !== undefined) await place;
    through.push(name);
  }

  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  it("keeps few from nothing", () => {
    for (const _ of range(0, 16)) expect(pace.enter()).to.equal(undefined);
  });

  it("lets sixteen through in each turn of the event loop, in their order", async () => {
    const all = range(0, 40).map(enter);
    expect(through).to.deep.equal(range(0, 16));
    await turn();
    expect(through).to.deep.equal(range(0, 32));
    await turn();
    expect(through).to.deep.equal(range(0, 40));
    await Promise.all(all);
  });

  it("lets nobody who comes later overtake", async () => {
    const all = range(0, 40).map(enter);
    await turn();
    all.push(enter(40));
    await turn();
    expect(through).to.deep.equal(range(0, 41));
    await Promise.all(all);
  });

  it("begins anew after a turn in which nobody came", async () => {
    await Promise.all(range(0, 20).map(enter));
    await turn();
    await turn();
    for (const _ of range(0, 16)) expect(pace.enter()).to.equal(undefined);
    expect(pace.enter()).not.to.equal(undefined);
  });
});
