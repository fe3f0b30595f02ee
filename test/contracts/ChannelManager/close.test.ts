import { expect } from "chai";
import { MaxUint256, type Signer } from "ethers";

import { ethers, nextBlockAt, now } from "../../fixtures/chain.ts";
import { dirtyCalls, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, NEVER, freshWorld, type World } from "../../fixtures/world.ts";
import { behavesLikeEverySignature } from "./signatures.behavior.ts";

const AMOUNT = DEPOSIT / 5n;
const CLOSED = 2n ** 32n - 1n;

/** What a call to close brings along; by default nothing that is worth anything. */
interface Call {
  by?: Signer;
  balance?: bigint;
  proof?: string;
  deadline?: bigint;
  agreement?: string;
}

describe("ChannelManager.close", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.open();
  });

  const close = (of: Terms, amount: bigint, call: Call = {}) => {
    const { by = world.stranger, balance = 0n, proof = "0x", deadline = 0n, agreement = "0x" } = call;
    return world.manager.connect(by).close(of, amount, balance, proof, deadline, agreement);
  };
  const proven = async (of: Terms, balance: bigint) => ({ balance, proof: await world.proof(of, balance) });
  const agreed = async (of: Terms, amount: bigint, deadline = NEVER) => ({
    deadline,
    agreement: await world.agreement(of, amount, { deadline }),
  });
  /** A stranger's call with proof and agreement. */
  const closeByAll = async (of: Terms, amount: bigint, balance = amount) =>
    close(of, amount, { ...(await proven(of, balance)), ...(await agreed(of, amount)) });

  const pays = (transaction: Promise<unknown>, toReceiver: bigint, toSender: bigint) =>
    expect(transaction).to.changeTokenBalances(
      ethers,
      world.token,
      [world.receiver, world.sender, world.stranger, world.manager],
      [toReceiver, toSender, 0n, -toReceiver - toSender],
    );
  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);
  const transfersIn = async (transaction: ReturnType<typeof close>) => {
    const filter = world.token.filters.Transfer(world.manager);
    return (await world.token.queryFilter(filter, (await transaction).blockNumber ?? "latest")).length;
  };

  describe("given terms that no channel has", () => {
    it("reverts with ChannelNotFound", async () => {
      await refuses(closeByAll(await world.terms(), AMOUNT), "ChannelNotFound");
      await refuses(close(await world.terms(), 0n, { by: world.receiver }), "ChannelNotFound");
    });
  });

  describe("given a closed channel", () => {
    it("reverts with ChannelIsClosed", async () => {
      const closed = await world.openClosed();
      await refuses(closeByAll(closed, AMOUNT), "ChannelIsClosed");
      await refuses(close(closed, 0n, { by: world.receiver }), "ChannelIsClosed");
    });
  });

  describe("when anyone calls with proof and agreement", () => {
    it("pays the receiver the amount and the sender the rest", async () => {
      await pays(closeByAll(terms, AMOUNT), AMOUNT, DEPOSIT - AMOUNT);
    });

    it("pays the receiver first", async () => {
      const { token, receiver, sender } = world;
      const receipt = await (await closeByAll(terms, AMOUNT)).wait();
      const transfers = receipt!.logs.flatMap((log) => token.interface.parseLog(log) ?? []);
      expect(transfers.map(({ args }) => args["to"] as string)).to.deep.equal([
        await receiver.getAddress(),
        await sender.getAddress(),
      ]);
    });

    it("logs the totals and emits no ChannelSettled", async () => {
      await expect(closeByAll(terms, AMOUNT))
        .to.emit(world.manager, "ChannelClosed")
        .withArgs(await world.id(terms), AMOUNT, DEPOSIT - AMOUNT)
        .and.not.to.emit(world.manager, "ChannelSettled");
    });

    it("closes for good", async () => {
      await closeByAll(terms, AMOUNT);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: AMOUNT, closesAt: CLOSED });
      await refuses(closeByAll(terms, AMOUNT), "ChannelIsClosed");
      await refuses(world.open(terms), "ChannelNotOpen");
    });

    it("touches no other channel", async () => {
      const other = await world.open();
      await closeByAll(terms, AMOUNT);
      expect(await world.state(other)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: 0n });
    });

    describe("when the amount is below the balance", () => {
      it("pays the amount", async () => {
        await pays(closeByAll(terms, AMOUNT, 2n * AMOUNT), AMOUNT, DEPOSIT - AMOUNT);
      });
    });

    describe("when the amount is above the balance", () => {
      it("reverts with AmountExceedsBalance", async () => {
        await refuses(closeByAll(terms, AMOUNT + 1n, AMOUNT), "AmountExceedsBalance");
      });
    });

    describe("when the amount is above the deposit", () => {
      it("pays the deposit and refunds nothing", async () => {
        const other = await world.open();
        await pays(closeByAll(other, DEPOSIT + 1n), DEPOSIT, 0n);
        expect(await transfersIn(closeByAll(terms, MaxUint256))).to.equal(1);
        expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: DEPOSIT, closesAt: CLOSED });
      });
    });

    describe("when the amount is below what is settled", () => {
      it("keeps what is settled and refunds the rest", async () => {
        await world.settle(terms, AMOUNT);
        const transaction = closeByAll(terms, AMOUNT - 1n);
        await pays(transaction, 0n, DEPOSIT - AMOUNT);
        await expect(transaction)
          .to.emit(world.manager, "ChannelClosed")
          .withArgs(await world.id(terms), AMOUNT, DEPOSIT - AMOUNT);
      });
    });

    describe("when the amount is above what is settled", () => {
      it("pays the difference", async () => {
        await world.settle(terms, AMOUNT);
        await pays(closeByAll(terms, AMOUNT + 3n), 3n, DEPOSIT - AMOUNT - 3n);
      });
    });

    describe("when the amount is zero", () => {
      it("refunds everything and makes one transfer", async () => {
        const other = await world.open();
        await pays(closeByAll(other, 0n), 0n, DEPOSIT);
        expect(await transfersIn(closeByAll(terms, 0n))).to.equal(1);
      });
    });

    describe("when the agreement is good until now", () => {
      it("closes", async () => {
        const deadline = (await now()) + 100n;
        const call = { ...(await proven(terms, AMOUNT)), ...(await agreed(terms, AMOUNT, deadline)) };
        await nextBlockAt(deadline);
        await pays(close(terms, AMOUNT, call), AMOUNT, DEPOSIT - AMOUNT);
      });
    });

    describe("when the agreement is a second too old", () => {
      it("reverts with SignatureExpired", async () => {
        const deadline = (await now()) + 100n;
        const call = { ...(await proven(terms, AMOUNT)), ...(await agreed(terms, AMOUNT, deadline)) };
        await nextBlockAt(deadline + 1n);
        await refuses(close(terms, AMOUNT, call), "SignatureExpired").withArgs(deadline);
      });
    });
  });

  for (const [who, which] of [
    ["receiver", "receiver"],
    ["receiver's signer", "receiverSigner"],
  ] as const) {
    describe(`when the ${who} calls`, () => {
      beforeEach(async () => {
        terms = await world.open(await world.signedTerms());
      });

      it("needs no agreement", async () => {
        const call = { by: world[which], ...(await proven(terms, AMOUNT)), deadline: 0n, agreement: GARBAGE };
        await pays(close(terms, AMOUNT, call), AMOUNT, DEPOSIT - AMOUNT);
      });

      it("needs no proof up to what is settled", async () => {
        await world.settle(terms, AMOUNT);
        await pays(close(terms, AMOUNT, { by: world[which] }), 0n, DEPOSIT - AMOUNT);
      });

      if (which === "receiverSigner") return;

      it("needs no proof to give everything back", async () => {
        await pays(close(terms, 0n, { by: world.receiver, proof: GARBAGE }), 0n, DEPOSIT);
      });

      it("needs a proof above what is settled", async () => {
        await world.settle(terms, AMOUNT);
        const by = world.receiver;
        await refuses(close(terms, AMOUNT + 1n, { by, balance: AMOUNT + 1n }), "InvalidProof");
        await refuses(close(terms, 1n + AMOUNT, { by, ...(await agreed(terms, AMOUNT + 1n)) }), "AmountExceedsBalance");
      });

      it("reverts with AmountExceedsBalance above the balance", async () => {
        const call = { by: world.receiver, ...(await proven(terms, AMOUNT)) };
        await refuses(close(terms, AMOUNT + 1n, call), "AmountExceedsBalance");
      });

      it("reverts with InvalidProof for a proof that is not the sender side's", async () => {
        const proof = await world.proof(terms, AMOUNT, { by: world.receiver });
        await refuses(close(terms, AMOUNT, { by: world.receiver, balance: AMOUNT, proof }), "InvalidProof");
      });
    });
  }

  describe("when the sender calls", () => {
    it("needs no proof", async () => {
      const call = { by: world.sender, proof: GARBAGE, ...(await agreed(terms, AMOUNT)) };
      await pays(close(terms, AMOUNT, call), AMOUNT, DEPOSIT - AMOUNT);
    });

    it("needs an agreement", async () => {
      const call = { by: world.sender, ...(await proven(terms, AMOUNT)), deadline: NEVER };
      await refuses(close(terms, AMOUNT, call), "InvalidAgreement");
      await refuses(close(terms, 0n, { by: world.sender, deadline: NEVER }), "InvalidAgreement");
      await refuses(close(terms, MaxUint256, { by: world.sender, deadline: NEVER }), "InvalidAgreement");
    });

    it("reverts with SignatureExpired for an old agreement", async () => {
      const deadline = (await now()) - 1n;
      const call = { by: world.sender, ...(await agreed(terms, AMOUNT, deadline)) };
      await refuses(close(terms, AMOUNT, call), "SignatureExpired").withArgs(deadline);
    });

    it("reverts with InvalidAgreement for another amount", async () => {
      const call = { by: world.sender, ...(await agreed(terms, AMOUNT)) };
      await refuses(close(terms, AMOUNT - 1n, call), "InvalidAgreement");
      await refuses(close(terms, 0n, call), "InvalidAgreement");
    });
  });

  describe("when the sender's signer calls", () => {
    beforeEach(async () => {
      terms = await world.open(await world.signedTerms());
    });

    it("needs no proof", async () => {
      const call = { by: world.senderSigner, ...(await agreed(terms, AMOUNT)) };
      await pays(close(terms, AMOUNT, call), AMOUNT, DEPOSIT - AMOUNT);
    });

    it("needs an agreement", async () => {
      const call = { by: world.senderSigner, deadline: NEVER };
      await refuses(close(terms, 0n, call), "InvalidAgreement");
    });
  });

  describe("when the caller is on both sides", () => {
    it("needs neither proof nor agreement", async () => {
      const key = world.relayer.address;
      const both = await world.open({ senderSigner: key, receiverSigner: key });
      await pays(close(both, AMOUNT, { by: world.relayer }), AMOUNT, DEPOSIT - AMOUNT);
    });
  });

  describe("when a stranger calls", () => {
    it("needs the proof", async () => {
      await refuses(close(terms, AMOUNT, { balance: AMOUNT, ...(await agreed(terms, AMOUNT)) }), "InvalidProof");
      await refuses(close(terms, 0n, await agreed(terms, 0n)), "InvalidProof");
    });

    it("needs the agreement", async () => {
      const call = { ...(await proven(terms, AMOUNT)), deadline: NEVER };
      await refuses(close(terms, AMOUNT, call), "InvalidAgreement");
      await refuses(close(terms, AMOUNT, { ...call, agreement: call.proof }), "InvalidAgreement");
    });
  });

  describe("when the caller is zero, in an eth_call", () => {
    it("has no rights, though no signer is named", async () => {
      const encode = (balance: bigint, proof: string) =>
        world.manager.interface.encodeFunctionData("close", [terms, 0n, balance, proof, NEVER, "0x"]);
      await refuses(world.callAsZero(encode(0n, "0x")), "InvalidProof");
      await refuses(world.callAsZero(encode(AMOUNT, await world.proof(terms, AMOUNT))), "InvalidAgreement");
    });
  });

  describe("given a closing channel", () => {
    it("closes at once", async () => {
      await pays(closeByAll(await world.openClosing(), AMOUNT), AMOUNT, DEPOSIT - AMOUNT);
    });

    it("closes after the challenge period too", async () => {
      const closing = await world.openClosing();
      await world.passPeriod(closing);
      const call = { by: world.receiver, ...(await proven(closing, AMOUNT)) };
      await pays(close(closing, AMOUNT, call), AMOUNT, DEPOSIT - AMOUNT);
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with ChannelNotFound", async () => {
      const { address: to, manager, receiver } = world;
      const call = manager.interface.encodeFunctionData("close", [terms, 0n, 0n, "0x", 0n, "0x"]);
      await receiver.call({ to, data: call });
      for (const data of dirtyCalls(call)) await refuses(receiver.call({ to, data }), "ChannelNotFound");
    });
  });

  describe("given a proof", () => {
    behavesLikeEverySignature(() => world, {
      type: "BalanceProof",
      error: "InvalidProof",
      submit: ({ manager, receiver }, of, amount, proof) =>
        manager.connect(receiver).close.staticCall(of, amount, amount, proof, 0n, "0x"),
    });
  });

  describe("given an agreement", () => {
    behavesLikeEverySignature(() => world, {
      type: "ClosingAgreement",
      error: "InvalidAgreement",
      submit: ({ manager, sender }, of, amount, agreement) =>
        manager.connect(sender).close.staticCall(of, amount, 0n, "0x", NEVER, agreement),
    });

    describe("when the message is wrong", () => {
      it("refuses one for another deadline", async () => {
        const { agreement } = await agreed(terms, AMOUNT);
        const call = { by: world.sender, deadline: NEVER - 1n, agreement };
        await refuses(close(terms, AMOUNT, call), "InvalidAgreement");
      });
    });
  });

  describe("when several things are wrong", () => {
    const wrong = { balance: 1n, proof: GARBAGE, deadline: 0n, agreement: GARBAGE };

    it("says ChannelNotFound before AmountExceedsBalance", async () => {
      await refuses(close(await world.terms(), 2n, wrong), "ChannelNotFound");
    });

    it("says ChannelIsClosed before AmountExceedsBalance", async () => {
      await refuses(close(await world.openClosed(), 2n, wrong), "ChannelIsClosed");
    });

    it("says AmountExceedsBalance before InvalidProof", async () => {
      await refuses(close(terms, 2n, wrong), "AmountExceedsBalance");
    });

    it("says InvalidProof before SignatureExpired", async () => {
      await refuses(close(terms, 1n, wrong), "InvalidProof");
    });

    it("says SignatureExpired before InvalidAgreement", async () => {
      await refuses(close(terms, 1n, { ...wrong, ...(await proven(terms, 1n)) }), "SignatureExpired");
      await refuses(close(terms, 1n, { ...wrong, by: world.sender }), "SignatureExpired");
    });
  });
});
