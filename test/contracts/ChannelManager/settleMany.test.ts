import { expect } from "chai";
import { MaxUint256, Wallet, ZeroAddress, concat, dataSlice, id as hashOf, toBeHex } from "ethers";

import { GasBurningWallet__factory } from "../../../typechain-types/index.ts";
import { ethers, networkHelpers } from "../../fixtures/chain.ts";
import { claimOf, type Claim } from "../../fixtures/claims.ts";
import { setBit, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, freshWorld, type World } from "../../fixtures/world.ts";

const AMOUNT = DEPOSIT / 5n;

describe("ChannelManager.settleMany", () => {
  let world: World;
  let first: Terms, second: Terms, third: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    first = await world.open();
    second = await world.open({ sender: world.relayer.address });
    third = await world.open();
  });

  /** The row of a channel, by a proof for exactly `amount`. */
  async function row(terms: Terms, amount = AMOUNT): Promise<Claim> {
    return claimOf(world, terms, amount, terms.sender === world.relayer.address ? { by: world.relayer } : {});
  }

  const settleMany = (claims: Claim[], shared: Partial<Terms> = {}) => {
    const { receiver, receiverSigner, token, challengePeriod } = { ...first, ...shared };
    return world.manager.connect(world.stranger).settleMany(receiver, receiverSigner, token, challengePeriod, claims);
  };

  const encode = (claims: Claim[]) => {
    const { receiver, receiverSigner, token, challengePeriod } = first;
    const shared = [receiver, receiverSigner, token, challengePeriod] as const;
    return world.manager.interface.encodeFunctionData("settleMany", [...shared, claims]);
  };

  const pays = (transaction: Promise<unknown>, amount: bigint) =>
    expect(transaction).to.changeTokenBalances(
      ethers,
      world.token,
      [world.receiver, world.stranger, world.manager],
      [amount, 0n, -amount],
    );

  const refuses = (transaction: Promise<unknown>, error = "NothingToSettle") =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);

  const settled = async (terms: Terms) => (await world.state(terms)).settled;

  describe("given rows that all pay", () => {
    it("equals its rows settled one by one", async () => {
      const channels = [first, second, third];
      const claims = [await row(first, 3n), await row(second, 5n), await row(third, DEPOSIT + 7n)];
      const outcome = async () => ({
        states: await Promise.all(channels.map((terms) => world.state(terms))),
        receiver: await world.token.balanceOf(world.receiver),
        manager: await world.token.balanceOf(world.manager),
      });
      const snapshot = await networkHelpers.takeSnapshot();
      for (const [index, { amount, balance, proof }] of claims.entries()) {
        await world.manager.settle(channels[index]!, amount, balance, proof);
      }
      const expected = await outcome();
      await snapshot.restore();
      await settleMany(claims);
      expect(await outcome()).to.deep.equal(expected);
    });

    it("makes one payout", async () => {
      const claims = [await row(first, 3n), await row(second, 5n)];
      const transaction = await settleMany(claims);
      const { token, manager, receiver } = world;
      const transfers = await token.queryFilter(token.filters.Transfer(manager), transaction.blockNumber ?? "latest");
      expect(transfers.map(({ args }) => [args.to, args.value])).to.deep.equal([[receiver.address, 8n]]);
    });

    it("logs every row", async () => {
      const transaction = settleMany([await row(first, 3n), await row(second, 5n)]);
      await expect(transaction)
        .to.emit(world.manager, "ChannelSettled")
        .withArgs(await world.id(first), 3n, 3n);
      await expect(transaction)
        .to.emit(world.manager, "ChannelSettled")
        .withArgs(await world.id(second), 5n, 5n);
    });

    it("works for anyone", async () => {
      await pays(settleMany([await row(first)]), AMOUNT);
    });

    it("settles a hundred rows", async () => {
      const { manager, relayer } = world;
      const claims: Claim[] = [];
      for (let i = 0; i < 100; i++) {
        const payer = new Wallet(hashOf(`payer ${i}`));
        const terms = await world.terms({ sender: payer.address });
        await manager.connect(relayer).deposit(terms, DEPOSIT);
        claims.push(await claimOf(world, terms, AMOUNT, { by: payer }));
      }
      await pays(settleMany(claims), 100n * AMOUNT);
    });
  });

  describe("given senders that named a signer", () => {
    it("takes the signer's proofs", async () => {
      const named = await world.open({ senderSigner: world.senderSigner.address });
      await pays(settleMany([await row(named), await row(first)]), 2n * AMOUNT);
      const forged = await claimOf(world, named, 2n * AMOUNT, { by: world.sender });
      await refuses(settleMany([forged]));
    });
  });

  describe("given a receiver that named a signer", () => {
    it("finds the channels by it", async () => {
      const receiverSigner = world.receiverSigner.address;
      const named = await world.open({ receiverSigner });
      await pays(settleMany([await row(named)], { receiverSigner }), AMOUNT);
    });
  });

  describe("given one bad row among good ones", () => {
    const bad: [string, () => Promise<Claim>][] = [
      ["a channel that does not exist", async () => row(await world.terms())],
      ["a closed channel", async () => row(await world.openClosed())],
      ["an amount of zero", () => row(third, 0n)],
      ["an amount above its balance", async () => ({ ...(await row(third)), amount: AMOUNT + 1n })],
      ["an invalid proof", async () => ({ ...(await row(third)), proof: GARBAGE })],
      ["a proof of another row", async () => ({ ...(await row(third)), proof: (await row(first)).proof })],
      ["an empty proof", async () => ({ ...(await row(third)), proof: "0x" })],
      ["a row of another receiver", async () => row(await world.open({ receiver: world.stranger.address }))],
      ["a sender of zero", async () => ({ ...(await row(third)), sender: ZeroAddress })],
    ];
    for (const [what, make] of bad) {
      it(`skips ${what}`, async () => {
        const claims = [await row(first), await make(), await row(second)];
        await pays(settleMany(claims), 2n * AMOUNT);
        expect(await settled(third)).to.equal(0n);
      });
    }

    it("skips a stale amount", async () => {
      await world.settle(third, AMOUNT);
      const claims = [await row(first), await row(third), await row(third, AMOUNT - 1n), await row(second)];
      await pays(settleMany(claims), 2n * AMOUNT);
      expect(await settled(third)).to.equal(AMOUNT);
    });

    // In the call's data, the second row begins after five words, the length, two offsets and the first row of ten.
    const SECOND_ROW = 4 + 32 * (5 + 1 + 2 + 10);

    it("skips terms with dirty bits", async () => {
      const { address: to, stranger } = world;
      const call = encode([await row(first), await row(third)]);
      await pays(stranger.sendTransaction({ to, data: setBit(call, SECOND_ROW, 160) }), AMOUNT);
      for (const [word, bit] of [
        [0, 255],
        [1, 160],
        [1, 255],
      ] as const) {
        const data = setBit(call, SECOND_ROW + 32 * word, bit);
        await refuses(stranger.sendTransaction({ to, data })); // the first row is stale by now
      }
      await pays(stranger.sendTransaction({ to, data: call }), AMOUNT);
    });

    it("skips a proof that lies nowhere", async () => {
      const { address: to, stranger } = world;
      const call = encode([await row(first), await row(third)]);
      for (const bit of [20, 255]) {
        const data = setBit(call, SECOND_ROW + 32 * 5, bit);
        const snapshot = await networkHelpers.takeSnapshot();
        await pays(stranger.sendTransaction({ to, data }), AMOUNT);
        expect(await settled(third)).to.equal(0n);
        await snapshot.restore();
      }
    });

    it("skips a sender whose wallet burns gas, at no cost", async () => {
      const wallet = await new GasBurningWallet__factory(world.deployer).deploy();
      const burning = await world.open({ sender: await wallet.getAddress() });
      const honest = await row(first);
      const claim = { ...(await claimOf(world, burning, AMOUNT)), proof: GARBAGE };
      const cost = async (claims: Claim[]) => {
        const { receiver, receiverSigner, token, challengePeriod } = first;
        return world.manager.settleMany.estimateGas(receiver, receiverSigner, token, challengePeriod, claims);
      };
      expect((await cost([honest, claim])) - (await cost([honest]))).to.be.below(20_000n);
      await pays(settleMany([claim, honest]), AMOUNT);
    });

    it("logs nothing of a row that pays nothing", async () => {
      const unknown = await row(await world.terms());
      const claims = [await row(first), unknown, await row(third, 0n), await row(first), await row(second)];
      const receipt = await (await settleMany(claims)).wait();
      const logged = receipt?.logs.filter(({ address }) => address === world.address).map(({ topics }) => topics[1]);
      expect(logged).to.deep.equal([await world.id(first), await world.id(second)]);
    });
  });

  describe("given bytes after the last row that look like another", () => {
    it("does not read them", async () => {
      const call = encode([await row(first), await row(third)]);
      const [length, two, one] = [4 + 32 * 5, toBeHex(2, 32), toBeHex(1, 32)];
      expect(dataSlice(call, length, length + 32)).to.equal(two);
      const data = concat([dataSlice(call, 0, length), one, dataSlice(call, length + 32)]);
      await pays(world.stranger.sendTransaction({ to: world.address, data }), AMOUNT);
      expect(await settled(third)).to.equal(0n);
    });
  });

  describe("given a closing channel among the rows", () => {
    it("pays it and leaves the time to close", async () => {
      const closing = await world.openClosing();
      const { closesAt } = await world.state(closing);
      await pays(settleMany([await row(first), await row(closing)]), 2n * AMOUNT);
      expect(await world.state(closing)).to.deep.equal({ deposit: DEPOSIT, settled: AMOUNT, closesAt });
    });
  });

  describe("when an amount is above the deposit", () => {
    it("pays the deposit", async () => {
      await pays(settleMany([await row(first, MaxUint256), await row(second, DEPOSIT + 1n)]), 2n * DEPOSIT);
    });

    it("logs the deposit as settled", async () => {
      await expect(settleMany([await row(first, DEPOSIT + 1n)]))
        .to.emit(world.manager, "ChannelSettled")
        .withArgs(await world.id(first), DEPOSIT, DEPOSIT);
    });
  });

  describe("when one channel stands in two rows", () => {
    it("pays the rise of each", async () => {
      const transaction = settleMany([await row(first, 3n), await row(first, 10n)]);
      const id = await world.id(first);
      await expect(transaction).to.emit(world.manager, "ChannelSettled").withArgs(id, 3n, 3n);
      await expect(transaction).to.emit(world.manager, "ChannelSettled").withArgs(id, 7n, 10n);
      expect(await settled(first)).to.equal(10n);
    });

    it("pays the same row once", async () => {
      const claim = await row(first);
      await pays(settleMany([claim, claim]), AMOUNT);
    });
  });

  describe("when the shared terms are not the channel's", () => {
    it("reverts with NothingToSettle for each of them", async () => {
      const { address: receiver } = world.stranger;
      const claims = [await row(first)];
      await refuses(settleMany(claims, { receiver }));
      await refuses(settleMany(claims, { receiverSigner: receiver }));
      await refuses(settleMany(claims, { token: receiver }));
      await refuses(settleMany(claims, { challengePeriod: first.challengePeriod + 1n }));
      await settleMany(claims);
    });
  });

  describe("when no row pays", () => {
    it("reverts with NothingToSettle for no rows", async () => {
      await refuses(settleMany([]));
    });

    it("reverts with NothingToSettle for bad rows only", async () => {
      const claim = await row(first);
      await refuses(
        settleMany([
          { ...claim, amount: 0n },
          { ...claim, proof: "0x" },
        ]),
      );
    });
  });

  describe("when the payout fails", () => {
    it("owes the sum", async () => {
      const claims = [await row(first, 3n), await row(second, 5n)];
      await networkHelpers.setCode(first.token, "0x");
      const transaction = settleMany(claims);
      await expect(transaction).to.emit(world.manager, "PayoutOwed").withArgs(first.token, world.receiver, 8n);
      expect(await world.manager.owed(first.token, world.receiver)).to.equal(8n);
    });
  });

  describe("when the shared terms have dirty bits", () => {
    it("reverts", async () => {
      const { address: to, stranger } = world;
      const call = encode([await row(first)]);
      await stranger.call({ to, data: call });
      for (const [word, bits] of [160, 160, 160, 32].entries()) {
        for (const bit of [bits, 255]) {
          await expect(stranger.call({ to, data: setBit(call, 4 + 32 * word, bit) })).to.revert(ethers);
        }
      }
    });
  });
});
