import { expect } from "chai";
import { MaxUint256, type Signer } from "ethers";

import { ethers, networkHelpers, nextBlockAt, now } from "../../fixtures/chain.ts";
import { PERIOD, dirtyCalls, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, NEVER, freshWorld, type World } from "../../fixtures/world.ts";
import { behavesLikeEverySignature } from "./signatures.behavior.ts";

const AMOUNT = DEPOSIT / 5n;
const CLOSED = 2n ** 32n - 1n;

describe("ChannelManager.requestClose", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.open();
  });

  const requestClose = (of: Terms, amount: bigint, by: Signer = world.sender, deadline = 0n, request = "0x") =>
    world.manager.connect(by).requestClose(of, amount, deadline, request);
  /** A stranger's call with the sender side's request. */
  const byRequest = async (of: Terms, amount: bigint, deadline = NEVER) =>
    requestClose(of, amount, world.stranger, deadline, await world.request(of, amount, { deadline }));

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);
  const pays = (transaction: Promise<unknown>, amount: bigint) =>
    expect(transaction).to.changeTokenBalances(
      ethers,
      world.token,
      [world.receiver, world.sender, world.stranger, world.manager],
      [amount, 0n, 0n, -amount],
    );
  /** Expects the channel to be closing since the latest block, with `settled` so far. */
  const expectClosing = async (of: Terms, settled: bigint) => {
    const closesAt = (await now()) + of.challengePeriod;
    expect(await world.state(of)).to.deep.equal({ deposit: DEPOSIT, settled, closesAt });
  };

  describe("given terms that no channel has", () => {
    it("reverts with ChannelNotFound", async () => {
      await refuses(requestClose(await world.terms(), 0n), "ChannelNotFound");
    });
  });

  describe("given a closing channel", () => {
    it("reverts with ChannelNotOpen", async () => {
      const closing = await world.openClosing();
      await refuses(requestClose(closing, 0n), "ChannelNotOpen");
      await refuses(requestClose(closing, AMOUNT), "ChannelNotOpen");
      await refuses(byRequest(closing, AMOUNT), "ChannelNotOpen");
      await world.passPeriod(closing);
      await refuses(requestClose(closing, AMOUNT), "ChannelNotOpen");
    });
  });

  describe("given a closed channel", () => {
    it("reverts with ChannelNotOpen", async () => {
      await refuses(requestClose(await world.openClosed(), 0n), "ChannelNotOpen");
    });
  });

  describe("when the sender calls", () => {
    it("needs no request", async () => {
      await requestClose(terms, 0n, world.sender, 0n, GARBAGE);
      await expectClosing(terms, 0n);
    });

    it("pays the receiver the amount now", async () => {
      await pays(requestClose(terms, AMOUNT), AMOUNT);
    });

    it("starts the challenge period and logs it, without ChannelSettled", async () => {
      const transaction = await requestClose(terms, AMOUNT);
      await expectClosing(terms, AMOUNT);
      await expect(transaction)
        .to.emit(world.manager, "CloseRequested")
        .withArgs(await world.id(terms), AMOUNT, (await now()) + PERIOD)
        .and.not.to.emit(world.manager, "ChannelSettled");
    });

    it("touches no other channel", async () => {
      const other = await world.open();
      await requestClose(terms, AMOUNT);
      expect(await world.state(other)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: 0n });
    });

    describe("when the amount is zero", () => {
      it("pays nobody and calls no token", async () => {
        await networkHelpers.setCode(terms.token, "0xfe");
        await expect(requestClose(terms, 0n)).not.to.emit(world.manager, "PayoutOwed");
        await expectClosing(terms, 0n);
      });
    });

    describe("when the amount is above the deposit", () => {
      it("pays the deposit", async () => {
        await pays(requestClose(terms, DEPOSIT + 1n), DEPOSIT);
        await expectClosing(terms, DEPOSIT);
        const other = await world.open();
        await pays(requestClose(other, MaxUint256), DEPOSIT);
      });

      it("logs the deposit as settled", async () => {
        const transaction = await requestClose(terms, DEPOSIT + 1n);
        await expect(transaction)
          .to.emit(world.manager, "CloseRequested")
          .withArgs(await world.id(terms), DEPOSIT, (await now()) + PERIOD);
      });
    });

    describe("when the amount is below what is settled", () => {
      it("keeps what is settled", async () => {
        await world.settle(terms, AMOUNT);
        await pays(requestClose(terms, AMOUNT - 1n), 0n);
        await expectClosing(terms, AMOUNT);
      });

      it("logs what was settled before", async () => {
        await world.settle(terms, AMOUNT);
        const transaction = await requestClose(terms, AMOUNT - 1n);
        await expect(transaction)
          .to.emit(world.manager, "CloseRequested")
          .withArgs(await world.id(terms), AMOUNT, (await now()) + PERIOD);
      });
    });

    describe("when the amount is above what is settled", () => {
      it("pays the difference", async () => {
        await world.settle(terms, AMOUNT);
        await pays(requestClose(terms, AMOUNT + 3n), 3n);
        await expectClosing(terms, AMOUNT + 3n);
      });
    });

    describe("when the challenge period reaches beyond 32 bits", () => {
      it("ends at the last second that can be stored", async () => {
        for (const time of [CLOSED - PERIOD, CLOSED - 1n, CLOSED + 1_000n]) {
          const late = await world.open();
          await nextBlockAt(time);
          await requestClose(late, 0n);
          expect((await world.state(late)).closesAt).to.equal(CLOSED - 1n);
        }
      });
    });

    describe("when the challenge period ends a second before that", () => {
      it("ends there", async () => {
        await nextBlockAt(CLOSED - 2n - PERIOD);
        await requestClose(terms, 0n);
        expect((await world.state(terms)).closesAt).to.equal(CLOSED - 2n);
      });
    });
  });

  describe("when the sender's signer calls", () => {
    it("needs no request", async () => {
      const signed = await world.open(await world.signedTerms());
      await requestClose(signed, AMOUNT, world.senderSigner);
      await expectClosing(signed, AMOUNT);
      const other = await world.open(await world.signedTerms());
      await requestClose(other, AMOUNT, world.sender);
      await expectClosing(other, AMOUNT);
    });
  });

  describe("when anyone calls with a request", () => {
    it("starts the challenge period", async () => {
      await pays(byRequest(terms, AMOUNT), AMOUNT);
      await expectClosing(terms, AMOUNT);
    });

    describe("when the request is good until now", () => {
      it("starts the challenge period", async () => {
        const deadline = (await now()) + 100n;
        await nextBlockAt(deadline);
        await byRequest(terms, AMOUNT, deadline);
        await expectClosing(terms, AMOUNT);
        expect(await now()).to.equal(deadline);
      });
    });

    describe("when the request is a second too old", () => {
      it("reverts with SignatureExpired", async () => {
        const deadline = (await now()) + 100n;
        await nextBlockAt(deadline + 1n);
        await refuses(byRequest(terms, AMOUNT, deadline), "SignatureExpired").withArgs(deadline);
      });
    });
  });

  describe("when anyone else calls without a request", () => {
    for (const [who, which] of [
      ["the receiver", "receiver"],
      ["the receiver's signer", "receiverSigner"],
      ["a stranger", "stranger"],
    ] as const) {
      it(`reverts with InvalidRequest for ${who}`, async () => {
        const signed = await world.open(await world.signedTerms());
        await refuses(requestClose(signed, 0n, world[which], NEVER), "InvalidRequest");
        await refuses(requestClose(signed, DEPOSIT, world[which], NEVER), "InvalidRequest");
      });
    }
  });

  describe("when the caller is zero, in an eth_call", () => {
    it("has no rights, though no signer is named", async () => {
      const call = world.manager.interface.encodeFunctionData("requestClose", [terms, 0n, NEVER, "0x"]);
      await refuses(world.callAsZero(call), "InvalidRequest");
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with ChannelNotFound", async () => {
      const { address: to, manager, sender } = world;
      const call = manager.interface.encodeFunctionData("requestClose", [terms, 0n, 0n, "0x"]);
      await sender.call({ to, data: call });
      for (const data of dirtyCalls(call)) await refuses(sender.call({ to, data }), "ChannelNotFound");
    });
  });

  describe("given a request", () => {
    behavesLikeEverySignature(() => world, {
      type: "CloseRequest",
      error: "InvalidRequest",
      submit: ({ manager, stranger }, of, amount, request) =>
        manager.connect(stranger).requestClose.staticCall(of, amount, NEVER, request),
    });

    describe("when the message is wrong", () => {
      it("refuses one for another deadline", async () => {
        const request = await world.request(terms, AMOUNT);
        await refuses(requestClose(terms, AMOUNT, world.stranger, NEVER - 1n, request), "InvalidRequest");
      });
    });
  });

  describe("when several things are wrong", () => {
    const requestWrongly = (of: Terms) => requestClose(of, AMOUNT, world.stranger, 0n, GARBAGE);

    it("says ChannelNotFound before SignatureExpired", async () => {
      await refuses(requestWrongly(await world.terms()), "ChannelNotFound");
    });

    it("says ChannelNotOpen before SignatureExpired", async () => {
      await refuses(requestWrongly(await world.openClosing()), "ChannelNotOpen");
      await refuses(requestWrongly(await world.openClosed()), "ChannelNotOpen");
    });

    it("says SignatureExpired before InvalidRequest", async () => {
      await refuses(requestWrongly(terms), "SignatureExpired");
    });
  });
});
