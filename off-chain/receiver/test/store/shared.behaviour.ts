import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import { keyOf, openChannel, type TestChannel } from "../support/channels.ts";
import type { Kind, Place } from "./stores.ts";
import { eventually } from "../support/eventually.ts";

/** How a store is shared by several nodes. */
export function sharesPayments(kind: Kind): void {
  describe("two nodes", () => {
    let place: Place;
    let nodes: [Store, Store];
    let channel: TestChannel;

    beforeEach(async () => {
      place = await kind.place();
      nodes = await Promise.all([place.open(), place.open()]);
      channel = await openChannel(nodes[0], 1_000_000n);
    });
    afterEach(() => place.remove());

    const pay = (node: number, balance: bigint, price: bigint, idempotency?: `0x${string}`) =>
      nodes[node % 2]!.charge({
        channelId: channel.id,
        balance,
        signature: channel.proof(balance),
        price,
        idempotency,
      });

    it("know each other's channels, and sign with one challenge key", async () => {
      expect(await nodes[1].channel(channel.id)).to.include({ deposit: 1_000_000n });
      expect(nodes[1].challengeKey).to.deep.equal(nodes[0].challengeKey);
    });

    it("serve one proof once, sent to both at once", async () => {
      for (let round = 1; round <= 50; round++) {
        const balance = BigInt(round) * 100n;
        const outcomes = await Promise.all([0, 1, 2, 3].map((node) => pay(node, balance, 10n)));
        expect(outcomes.filter(({ kind: outcome }) => outcome === "charged")).to.have.length(1);
      }
      expect(await nodes[0].channel(channel.id)).to.include({ accepted: 5000n, spent: 500n });
    });

    it("serve all increasing proofs, spread over both in any order", async () => {
      const balances = Array.from({ length: 100 }, (_, i) => BigInt(((i * 37) % 100) + 1) * 3n);
      const outcomes = await Promise.all(balances.map((balance, i) => pay(i, balance, 3n)));
      expect(outcomes.filter(({ kind: outcome }) => outcome === "charged")).to.have.length(100);
      expect(await nodes[1].channel(channel.id)).to.include({ accepted: 300n, spent: 300n, inFlight: 300n });
    });

    it("undo once, whichever is asked", async () => {
      const outcome = await pay(0, 9n, 9n);
      if (outcome.kind !== "charged") throw new Error("not charged");
      const { charge } = outcome;
      const undone = await Promise.all([nodes[0].undo(charge), nodes[1].undo(charge), nodes[0].undo(charge)]);
      expect(undone.filter((done) => done)).to.have.length(1);
      expect(await nodes[1].channel(channel.id)).to.include({ spent: 0n, inFlight: 0n });
    });

    it("charge once under one key", async () => {
      const outcomes = await Promise.all([1n, 2n, 3n, 4n].map((n) => pay(Number(n), n * 10n, 10n, keyOf(5))));
      expect(outcomes.filter(({ kind: outcome }) => outcome === "charged")).to.have.length(1);
      expect(outcomes.filter(({ kind: outcome }) => outcome === "repeated")).to.have.length(3);
    });

    it("end a channel with one agreement, and never below what the other charges", async () => {
      for (let round = 0; round < 10; round++) {
        channel = await openChannel(nodes[0], 1000n);
        const ask = (node: number, amount: bigint) =>
          nodes[node]!.end({
            channelId: channel.id,
            agreement: { amount, deadline: 1n, signature: `0x${`5${node}`.repeat(65)}` },
          });
        const [paid, first, second] = await Promise.all([pay(0, 5n, 5n), ask(0, 5n), ask(1, 7n)]);
        const { spent, agreement } = (await nodes[0].channel(channel.id))!;
        expect(spent).to.equal(paid.kind === "charged" ? 5n : 0n);
        expect(first).to.deep.equal({ kind: "ended", agreement });
        expect(second).to.deep.equal({ kind: "ended", agreement });
        expect(await pay(1, 10n, 5n)).to.deep.equal({ kind: "refused", code: "channel-closing" });
      }
    });

    it("are led by one, and by the other when that goes", async () => {
      expect(await nodes[0].lead()).to.equal(true);
      expect(await nodes[1].lead()).to.equal(false);
      expect(await nodes[0].lead()).to.equal(true);
      await nodes[0].close();
      await eventually(() => nodes[1].lead());
    });
  });
}
