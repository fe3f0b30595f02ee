/** What holds for every way to deposit; the sentences are those of `every-deposit.tree`. */
import { expect } from "chai";
import { MaxUint256, ZeroAddress, type ContractTransactionResponse } from "ethers";

import { ethers, type Account } from "../../fixtures/chain.ts";
import { MAX_PERIOD, MIN_PERIOD, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, MAX_DEPOSIT, type World } from "../../fixtures/world.ts";

type Transaction = Promise<ContractTransactionResponse>;

/** One way to deposit the world's token. */
export interface DepositPath {
  /** Whose tokens move. */
  payer(world: World): Account;
  /** A deposit with all that it needs. */
  deposit(world: World, terms: Terms, amount: bigint): Transaction;
  /** A deposit that fails at the latest when tokens should move: its signature is none, or nobody paid. */
  attempt(world: World, terms: Terms, amount: bigint): Transaction;
}

/** @param current The world that the suite's own hook has made for the test. */
export function behavesLikeEveryDeposit(current: () => World, path: DepositPath): void {
  let world: World;
  const deposit = (terms: Terms, amount: bigint) => path.deposit(world, terms, amount);
  const attempt = (terms: Terms, amount: bigint) => path.attempt(world, terms, amount);

  beforeEach(() => {
    world = current();
  });

  const refuses = (transaction: Transaction, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);

  describe("given terms that no channel has", () => {
    it("opens the channel and logs its complete terms", async () => {
      const terms = await world.signedTerms();
      await expect(deposit(terms, DEPOSIT))
        .to.emit(world.manager, "ChannelOpened")
        .withArgs(
          await world.id(terms),
          terms.sender,
          terms.receiver,
          terms.senderSigner,
          terms.receiverSigner,
          terms.token,
          terms.challengePeriod,
          terms.salt,
          DEPOSIT,
        )
        .and.not.to.emit(world.manager, "ChannelToppedUp");
    });

    it("moves exactly the amount from the payer to the manager", async () => {
      const terms = await world.terms();
      await expect(deposit(terms, DEPOSIT)).to.changeTokenBalances(
        ethers,
        world.token,
        [path.payer(world), world.manager],
        [-DEPOSIT, DEPOSIT],
      );
    });

    it("stores the deposit, with nothing settled and no time to close", async () => {
      const terms = await world.terms();
      await deposit(terms, DEPOSIT);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: 0n });
    });

    it("opens a channel of its own for every salt", async () => {
      const [first, second] = [await world.terms(), await world.terms()];
      await deposit(first, 1n);
      await deposit(second, 2n);
      expect((await world.state(first)).deposit).to.equal(1n);
      expect((await world.state(second)).deposit).to.equal(2n);
    });

    const extremes: [string, (world: World) => Partial<Terms>, bigint][] = [
      ["when the amount is the most that fits 112 bits", () => ({}), MAX_DEPOSIT],
      ["when the challenge period is the shortest one", () => ({ challengePeriod: MIN_PERIOD }), 1n],
      ["when the challenge period is the longest one", () => ({ challengePeriod: MAX_PERIOD }), 1n],
      ["when the sender is also the receiver", ({ sender }) => ({ receiver: sender.address }), 1n],
    ];
    for (const [when, given, amount] of extremes) {
      describe(when, () => {
        it("opens the channel", async () => {
          const terms = await world.terms(given(world));
          await deposit(terms, amount);
          expect((await world.state(terms)).deposit).to.equal(amount);
        });
      });
    }

    const invalid: [string, (world: World) => Partial<Terms>][] = [
      ["when the sender is zero", () => ({ sender: ZeroAddress })],
      ["when the sender is the manager", ({ address }) => ({ sender: address })],
      ["when the receiver is zero", () => ({ receiver: ZeroAddress })],
      ["when the receiver is the manager", ({ address }) => ({ receiver: address })],
      ["when the challenge period is a second too short", () => ({ challengePeriod: MIN_PERIOD - 1n })],
      ["when the challenge period is a second too long", () => ({ challengePeriod: MAX_PERIOD + 1n })],
      ["when the challenge period is zero", () => ({ challengePeriod: 0n })],
      ["when the challenge period is the largest number", () => ({ challengePeriod: 2n ** 32n - 1n })],
    ];
    for (const [when, given] of invalid) {
      describe(when, () => {
        it("reverts with InvalidTerms", async () => {
          await refuses(attempt(await world.terms(given(world)), 1n), "InvalidTerms");
        });
      });
    }
  });

  describe("given an open channel", () => {
    let terms: Terms;

    beforeEach(async () => {
      terms = await world.open();
    });

    it("tops it up and logs the amount and the new total", async () => {
      await expect(deposit(terms, 7n))
        .to.emit(world.manager, "ChannelToppedUp")
        .withArgs(await world.id(terms), 7n, DEPOSIT + 7n)
        .and.not.to.emit(world.manager, "ChannelOpened");
    });

    it("moves exactly the amount from the payer to the manager", async () => {
      await expect(deposit(terms, 7n)).to.changeTokenBalances(
        ethers,
        world.token,
        [path.payer(world), world.manager],
        [-7n, 7n],
      );
    });

    it("raises the deposit and keeps what is settled", async () => {
      await world.settle(terms, 5n);
      await deposit(terms, 7n);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT + 7n, settled: 5n, closesAt: 0n });
    });

    it("touches no other channel", async () => {
      const other = await world.open();
      await deposit(terms, 7n);
      expect(await world.state(other)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: 0n });
    });

    describe("when the total becomes the most that fits 112 bits", () => {
      it("tops it up", async () => {
        await deposit(terms, MAX_DEPOSIT - DEPOSIT);
        expect((await world.state(terms)).deposit).to.equal(MAX_DEPOSIT);
      });
    });
  });

  describe("when the amount is zero", () => {
    it("reverts with ZeroAmount", async () => {
      await refuses(attempt(await world.terms(), 0n), "ZeroAmount");
      await refuses(attempt(await world.open(), 0n), "ZeroAmount");
    });
  });

  describe("given a closing channel", () => {
    it("reverts with ChannelNotOpen", async () => {
      const terms = await world.openClosing();
      await refuses(attempt(terms, 1n), "ChannelNotOpen");
      await refuses(deposit(terms, 1n), "ChannelNotOpen");
    });
  });

  describe("given a closing channel whose challenge period is over", () => {
    it("reverts with ChannelNotOpen", async () => {
      const terms = await world.openClosing();
      await world.passPeriod(terms);
      await refuses(deposit(terms, 1n), "ChannelNotOpen");
    });
  });

  describe("given a closed channel", () => {
    it("reverts with ChannelNotOpen", async () => {
      const terms = await world.openClosed();
      await refuses(attempt(terms, 1n), "ChannelNotOpen");
      await refuses(deposit(terms, 1n), "ChannelNotOpen");
    });
  });

  describe("when the total would not fit 112 bits", () => {
    it("reverts with DepositOverflow for one too many at once", async () => {
      await refuses(deposit(await world.terms(), MAX_DEPOSIT + 1n), "DepositOverflow");
    });

    it("reverts with DepositOverflow for one too many in a top-up", async () => {
      await refuses(deposit(await world.open(), MAX_DEPOSIT - DEPOSIT + 1n), "DepositOverflow");
    });

    it("reverts with DepositOverflow for the largest uint256, opening or not", async () => {
      await refuses(attempt(await world.terms(), MaxUint256), "DepositOverflow");
      await refuses(attempt(await world.open(), MaxUint256), "DepositOverflow");
      await refuses(attempt(await world.open(), MaxUint256 - DEPOSIT + 1n), "DepositOverflow");
    });
  });

  describe("when several things are wrong", () => {
    it("says ZeroAmount before ChannelNotOpen and InvalidTerms", async () => {
      await refuses(attempt(await world.openClosed(), 0n), "ZeroAmount");
      await refuses(attempt(await world.terms({ receiver: ZeroAddress }), 0n), "ZeroAmount");
    });

    it("says ChannelNotOpen before DepositOverflow", async () => {
      await refuses(attempt(await world.openClosing(), MaxUint256), "ChannelNotOpen");
      await refuses(attempt(await world.openClosed(), MaxUint256), "ChannelNotOpen");
    });

    it("says DepositOverflow before InvalidTerms", async () => {
      await refuses(attempt(await world.terms({ receiver: ZeroAddress }), MAX_DEPOSIT + 1n), "DepositOverflow");
    });
  });
}
