import { expect } from "chai";

import { memoryStore, type SenderEvent } from "../../src/index.ts";
import { harmless } from "../../src/harmless.ts";
import { PRICE } from "../support/seller.ts";
import { useWorld } from "../support/world.ts";

describe("callbacks that fail", () => {
  const world = useWorld();
  const complain = console.error;
  let complaints: unknown[][];

  beforeEach(() => {
    complaints = [];
    console.error = (...told: unknown[]) => void complaints.push(told);
  });
  afterEach(() => {
    console.error = complain;
  });

  const ways: [string, (event: SenderEvent) => unknown][] = [
    [
      "throw",
      ({ kind }) => {
        throw new Error(`${kind} is too much`);
      },
    ],
    ["reject", ({ kind }) => Promise.reject(new Error(`${kind} is too much`))],
    ["throw nothing at all", () => AbortSignal.abort(null).throwIfAborted()],
  ];
  for (const [what, onEvent] of ways) {
    it(`${what}: what is paid is served and in the book, and they are complained of once`, async () => {
      const seller = await world.seller();
      const told: string[] = [];
      const { pay, spent, channel } = world.sender({
        store: memoryStore(),
        onEvent: (event) => (told.push(event.kind), onEvent(event) as void),
      });
      const first = await pay(`${seller.url}/a`);
      expect([first.status, await first.text()]).to.deep.equal([200, "content of /a"]);
      seller.options = {
        onPayment: ({ books }) => (books.spent === PRICE && told.at(-1) !== "refused" ? "busy" : undefined),
      };
      expect((await pay(`${seller.url}/b`)).status).to.equal(200);
      expect(await spent()).to.equal(2n * PRICE);
      const { balance, outstanding, refused } = await channel();
      expect({ balance, outstanding, refused }).to.deep.equal({ balance: 2n * PRICE, outstanding: [], refused: [] });
      expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE]);
      expect(told, "and they are still told").to.deep.equal(["opened", "paid", "refused", "paid"]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(complaints).to.have.length(1);
      expect(complaints[0]![0]).to.match(/onEvent failed/);
    });
  }

  it("are complained of by name, each once", async () => {
    const [one, other] = ["onEvent", "onFeeRaised"].map((name) =>
      harmless<number>(name, () => Promise.reject(new Error())),
    );
    for (let i = 0; i < 3; i++) {
      one!(i);
      other!(i);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(complaints.map(([text]) => /^rmps: (\w+)/.exec(text as string)?.[1])).to.deep.equal([
      "onEvent",
      "onFeeRaised",
    ]);
  });
});
