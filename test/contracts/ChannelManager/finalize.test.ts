import { expect } from "chai";

import { ethers, nextBlockAt } from "../../fixtures/chain.ts";
import { dirtyCalls, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, freshWorld, type World } from "../../fixtures/world.ts";

const AMOUNT = DEPOSIT / 5n;
const CLOSED = 2n ** 32n - 1n;

describe("ChannelManager.finalize", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.openClosing();
  });

  const finalize = (of = terms) => world.manager.connect(world.stranger).finalize(of);

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);

  const refunds = (transaction: Promise<unknown>, amount: bigint) =>
    expect(transaction).to.changeTokenBalances(
      ethers,
      world.token,
      [world.sender, world.receiver, world.stranger, world.manager],
      [amount, 0n, 0n, -amount],
    );

  describe("given terms that no channel has", () => {
    it("reverts with ChannelNotFound", async () => {
      await refuses(finalize(await world.terms()), "ChannelNotFound");
    });
  });

  describe("given a closed channel", () => {
    it("reverts with ChannelIsClosed", async () => {
      await refuses(finalize(await world.openClosed()), "ChannelIsClosed");
    });
  });

  describe("given an open channel", () => {
    it("reverts with CloseNotRequested", async () => {
      await refuses(finalize(await world.open()), "CloseNotRequested");
    });
  });

  describe("given a closing channel", () => {
    describe("when it is a second before closesAt", () => {
      it("reverts with ChallengePeriodRunning", async () => {
        const { closesAt } = await world.state(terms);
        await refuses(finalize(), "ChallengePeriodRunning").withArgs(closesAt);
        await nextBlockAt(closesAt - 1n);
        await refuses(finalize(), "ChallengePeriodRunning").withArgs(closesAt);
      });
    });

    describe("when it is closesAt", () => {
      beforeEach(async () => {
        await nextBlockAt((await world.state(terms)).closesAt);
      });

      it("refunds the sender, whoever calls", async () => {
        await refunds(finalize(), DEPOSIT);
      });

      it("logs the totals", async () => {
        await expect(finalize())
          .to.emit(world.manager, "ChannelClosed")
          .withArgs(await world.id(terms), 0n, DEPOSIT)
          .and.not.to.emit(world.manager, "PayoutOwed");
      });

      it("closes for good", async () => {
        await finalize();
        expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: CLOSED });
        await refuses(finalize(), "ChannelIsClosed");
      });

      it("touches no other channel", async () => {
        const other = await world.openClosing();
        const before = await world.state(other);
        await finalize();
        expect(await world.state(other)).to.deep.equal(before);
      });
    });

    describe("given a receiver that answered", () => {
      it("refunds what was not settled", async () => {
        await world.settle(terms, AMOUNT);
        await world.passPeriod(terms);
        await refunds(finalize(), DEPOSIT - AMOUNT);
        expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: AMOUNT, closesAt: CLOSED });
      });
    });

    describe("given the whole deposit was settled", () => {
      it("refunds nothing and makes no transfer", async () => {
        await world.settle(terms, DEPOSIT);
        await world.passPeriod(terms);
        await expect(finalize())
          .to.emit(world.manager, "ChannelClosed")
          .withArgs(await world.id(terms), DEPOSIT, 0n)
          .and.not.to.emit(world.token, "Transfer");
      });
    });

    describe("when the caller is zero, in an eth_call", () => {
      it("works as for anyone", async () => {
        await world.passPeriod(terms);
        expect(await world.callAsZero(world.manager.interface.encodeFunctionData("finalize", [terms]))).to.equal("0x");
      });
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with ChannelNotFound", async () => {
      await world.passPeriod(terms);
      const { address: to, manager, stranger } = world;
      const call = manager.interface.encodeFunctionData("finalize", [terms]);
      await stranger.call({ to, data: call });
      for (const data of dirtyCalls(call)) await refuses(stranger.call({ to, data }), "ChannelNotFound");
    });
  });
});
