import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { KeyWallet__factory } from "../../../typechain-types/index.ts";
import { ethers } from "../../fixtures/chain.ts";
import { dirtyCalls, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, freshWorld, type World } from "../../fixtures/world.ts";
import { behavesLikeEverySignature } from "./signatures.behavior.ts";

const AMOUNT = DEPOSIT / 5n;

describe("ChannelManager.settle", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.open();
  });

  /** Settles `amount` by a proof for `balance`. */
  const settle = async (of: Terms, amount: bigint, balance = amount) =>
    world.manager.connect(world.stranger).settle(of, amount, balance, await world.proof(of, balance));

  const pays = (transaction: Promise<unknown>, amount: bigint) =>
    expect(transaction).to.changeTokenBalances(
      ethers,
      world.token,
      [world.receiver, world.stranger, world.sender, world.manager],
      [amount, 0n, 0n, -amount],
    );

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);

  const settledOf = async (of: Terms) => (await world.state(of)).settled;

  describe("given terms that no channel has", () => {
    it("reverts with ChannelNotFound", async () => {
      await refuses(settle(await world.terms(), AMOUNT), "ChannelNotFound");
      await refuses(settle({ ...terms, challengePeriod: terms.challengePeriod + 1n }, AMOUNT), "ChannelNotFound");
    });
  });

  describe("given a closed channel", () => {
    it("reverts with ChannelIsClosed", async () => {
      await refuses(settle(await world.openClosed(), AMOUNT), "ChannelIsClosed");
    });
  });

  describe("given an open channel", () => {
    it("pays the receiver, whoever calls", async () => {
      await pays(settle(terms, AMOUNT), AMOUNT);
      const { manager, receiver, sender } = world;
      for (const [index, caller] of [receiver, sender].entries()) {
        const balance = AMOUNT + 1n + BigInt(index);
        await manager.connect(caller).settle(terms, balance, balance, await world.proof(terms, balance));
      }
      expect(await settledOf(terms)).to.equal(AMOUNT + 2n);
    });

    it("logs what it paid and the new total", async () => {
      const id = await world.id(terms);
      await expect(settle(terms, AMOUNT)).to.emit(world.manager, "ChannelSettled").withArgs(id, AMOUNT, AMOUNT);
      await expect(settle(terms, AMOUNT + 3n))
        .to.emit(world.manager, "ChannelSettled")
        .withArgs(id, 3n, AMOUNT + 3n);
    });

    it("stores the new total and leaves the channel open", async () => {
      await settle(terms, AMOUNT);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: AMOUNT, closesAt: 0n });
    });

    it("touches no other channel", async () => {
      const other = await world.open();
      await settle(terms, AMOUNT);
      expect(await world.state(other)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: 0n });
    });

    describe("when a higher proof follows", () => {
      it("pays the difference", async () => {
        await settle(terms, AMOUNT);
        await pays(settle(terms, AMOUNT + 7n), 7n);
      });
    });

    describe("when the amount is below the balance", () => {
      it("pays the amount, and the rest later by the same proof", async () => {
        await pays(settle(terms, AMOUNT, 2n * AMOUNT), AMOUNT);
        await pays(settle(terms, 2n * AMOUNT), AMOUNT);
      });
    });

    describe("when the amount is above the balance", () => {
      it("reverts with AmountExceedsBalance", async () => {
        await refuses(settle(terms, AMOUNT + 1n, AMOUNT), "AmountExceedsBalance");
        await refuses(settle(terms, MaxUint256, AMOUNT), "AmountExceedsBalance");
      });
    });

    describe("when the amount is above the deposit", () => {
      it("pays the deposit", async () => {
        await pays(settle(terms, DEPOSIT + 1n, DEPOSIT + 2n), DEPOSIT);
        expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: DEPOSIT, closesAt: 0n });
      });
    });

    describe("when the amount is the largest uint256", () => {
      it("pays the deposit", async () => {
        await expect(settle(terms, MaxUint256))
          .to.emit(world.manager, "ChannelSettled")
          .withArgs(await world.id(terms), DEPOSIT, DEPOSIT);
      });
    });

    describe("given a deposit that grew after a proof above it", () => {
      it("pays the rest by the same proof", async () => {
        await settle(terms, DEPOSIT + 9n);
        await world.open(terms, 5n);
        await pays(settle(terms, DEPOSIT + 9n), 5n);
      });
    });

    describe("when the amount is zero", () => {
      it("reverts with NothingToSettle", async () => {
        await refuses(settle(terms, 0n), "NothingToSettle");
        await refuses(settle(terms, 0n, AMOUNT), "NothingToSettle");
      });
    });

    describe("when the amount is settled already", () => {
      it("reverts with NothingToSettle", async () => {
        await settle(terms, AMOUNT);
        await refuses(settle(terms, AMOUNT), "NothingToSettle");
      });
    });

    describe("when the amount is below what is settled", () => {
      it("reverts with NothingToSettle", async () => {
        await settle(terms, AMOUNT);
        await refuses(settle(terms, AMOUNT - 1n), "NothingToSettle");
        expect(await settledOf(terms)).to.equal(AMOUNT);
      });
    });

    describe("given the whole deposit is settled", () => {
      it("reverts with NothingToSettle for a higher balance", async () => {
        await settle(terms, DEPOSIT);
        await refuses(settle(terms, DEPOSIT + 1n), "NothingToSettle");
      });
    });

    describe("given a receiver that is the token itself", () => {
      it("pays all the same", async () => {
        const receiver = terms.token;
        const odd = await world.open({ receiver });
        await settle(odd, AMOUNT);
        expect(await world.token.balanceOf(receiver)).to.equal(AMOUNT);
      });
    });
  });

  describe("given a closing channel", () => {
    it("pays the receiver and leaves the time to close", async () => {
      const closing = await world.openClosing();
      const { closesAt } = await world.state(closing);
      await pays(settle(closing, AMOUNT), AMOUNT);
      expect(await world.state(closing)).to.deep.equal({ deposit: DEPOSIT, settled: AMOUNT, closesAt });
    });

    it("counts at and after closesAt, until finalize", async () => {
      const closing = await world.openClosing();
      await world.passPeriod(closing);
      await pays(settle(closing, AMOUNT), AMOUNT);
      await pays(settle(closing, AMOUNT + 1n), 1n);
      await world.manager.finalize(closing);
      await refuses(settle(closing, AMOUNT + 2n), "ChannelIsClosed");
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with ChannelNotFound", async () => {
      const { address: to, manager, stranger } = world;
      const values = [terms, AMOUNT, AMOUNT, await world.proof(terms, AMOUNT)] as const;
      const call = manager.interface.encodeFunctionData("settle", [...values]);
      await stranger.call({ to, data: call });
      for (const data of dirtyCalls(call)) await refuses(stranger.call({ to, data }), "ChannelNotFound");
    });
  });

  describe("when the caller is zero, in an eth_call", () => {
    it("has no more rights than a stranger", async () => {
      const encode = (proof: string) => world.manager.interface.encodeFunctionData("settle", [terms, 1n, 1n, proof]);
      for (const proof of ["0x", GARBAGE, `0x${"00".repeat(65)}`]) {
        await refuses(world.callAsZero(encode(proof)), "InvalidProof");
      }
      await world.callAsZero(encode(await world.proof(terms, 1n)));
    });
  });

  describe("given a proof", () => {
    behavesLikeEverySignature(() => world, {
      type: "BalanceProof",
      error: "InvalidProof",
      submit: ({ manager, stranger }, of, amount, proof) =>
        manager.connect(stranger).settle.staticCall(of, amount, amount, proof),
    });

    describe("when it is worth more than what was sent as balance", () => {
      it("is refused with InvalidProof for any other balance", async () => {
        const proof = await world.proof(terms, AMOUNT);
        for (const balance of [AMOUNT - 1n, AMOUNT + 1n, MaxUint256]) {
          await refuses(world.manager.settle(terms, 1n, balance, proof), "InvalidProof");
        }
        await world.manager.settle(terms, 1n, AMOUNT, proof);
      });
    });

    describe("given a sender that is a contract wallet", () => {
      it("refuses what the wallet would accept", async () => {
        const wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
        const ofWallet = await world.open({ sender: await wallet.getAddress() });
        const proof = await world.proof(ofWallet, 1n, { by: world.stranger });
        await refuses(world.manager.settle(ofWallet, 1n, 1n, proof), "InvalidProof");
      });

      it("accepts the key that the wallet named", async () => {
        const wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
        const senderSigner = world.senderSigner.address;
        await settle(await world.open({ sender: await wallet.getAddress(), senderSigner }), AMOUNT);
      });
    });
  });

  describe("when several things are wrong", () => {
    const settleWrongly = (of: Terms, amount: bigint, balance: bigint) =>
      world.manager.settle(of, amount, balance, GARBAGE);

    it("says ChannelNotFound before AmountExceedsBalance", async () => {
      await refuses(settleWrongly(await world.terms(), 2n, 1n), "ChannelNotFound");
    });

    it("says ChannelIsClosed before AmountExceedsBalance", async () => {
      await refuses(settleWrongly(await world.openClosed(), 2n, 1n), "ChannelIsClosed");
    });

    it("says AmountExceedsBalance before InvalidProof", async () => {
      await refuses(settleWrongly(terms, 2n, 1n), "AmountExceedsBalance");
    });

    it("says InvalidProof before NothingToSettle", async () => {
      await refuses(settleWrongly(terms, 0n, 0n), "InvalidProof");
      await settle(terms, AMOUNT);
      await refuses(settleWrongly(terms, AMOUNT, AMOUNT), "InvalidProof");
    });
  });
});
