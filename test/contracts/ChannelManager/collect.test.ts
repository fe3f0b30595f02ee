import { expect } from "chai";
import { ZeroAddress, type AddressLike } from "ethers";

import { BlockingToken__factory, RefusingToken__factory } from "../../../typechain-types/index.ts";
import type { BlockingToken, RefusingToken } from "../../../typechain-types/index.ts";
import { ethers, networkHelpers } from "../../fixtures/chain.ts";
import type { Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, freshWorld, type World } from "../../fixtures/world.ts";

const AMOUNT = DEPOSIT / 5n;

describe("ChannelManager.collect", () => {
  let world: World;
  let token: BlockingToken;
  /** A channel whose receiver was refused `AMOUNT`. */
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    token = await new BlockingToken__factory(world.deployer).deploy();
    terms = await openIn(token);
    await token.setBlocked(world.receiver, true);
    await world.settle(terms, AMOUNT);
  });

  async function openIn(paid: BlockingToken | RefusingToken): Promise<Terms> {
    const { manager, sender } = world;
    await paid.mint(sender, DEPOSIT);
    await paid.connect(sender).approve(manager, DEPOSIT);
    return world.open({ token: await paid.getAddress() });
  }

  const collect = (of: AddressLike = token, account: AddressLike = world.receiver) =>
    world.manager.connect(world.stranger).collect(of, account);

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);

  describe("when nothing is owed", () => {
    it("reverts with NothingOwed", async () => {
      await refuses(collect(token, world.sender), "NothingOwed");
      await refuses(collect(world.token), "NothingOwed");
    });
  });

  describe("given a payout that failed", () => {
    it("pays the account, whoever calls", async () => {
      await token.setBlocked(world.receiver, false);
      await expect(collect()).to.changeTokenBalances(
        ethers,
        token,
        [world.receiver, world.stranger, world.manager],
        [AMOUNT, 0n, -AMOUNT],
      );
    });

    it("logs what it paid and returns it", async () => {
      await token.setBlocked(world.receiver, false);
      expect(await world.manager.collect.staticCall(token, world.receiver)).to.equal(AMOUNT);
      await expect(collect()).to.emit(world.manager, "Collected").withArgs(token, world.receiver, AMOUNT);
    });

    it("pays once", async () => {
      await token.setBlocked(world.receiver, false);
      await collect();
      expect(await world.manager.owed(token, world.receiver)).to.equal(0n);
      await refuses(collect(), "NothingOwed");
    });

    it("leaves what is owed to others and in other tokens", async () => {
      const other = await new BlockingToken__factory(world.deployer).deploy();
      const inOther = await openIn(other);
      await other.setBlocked(world.receiver, true);
      await world.settle(inOther, 3n);
      await token.setBlocked(world.sender, true);
      await world.giveBack(terms);
      await token.setBlocked(world.receiver, false);
      await collect();
      expect(await world.manager.owed(other, world.receiver)).to.equal(3n);
      expect(await world.manager.owed(token, world.sender)).to.equal(DEPOSIT - AMOUNT);
    });

    describe("when the token still refuses", () => {
      it("reverts with the token's error and keeps the debt", async () => {
        await expect(collect()).to.be.revertedWithCustomError(token, "Blocked").withArgs(world.receiver);
        expect(await world.manager.owed(token, world.receiver)).to.equal(AMOUNT);
      });
    });

    describe("when the token returns false", () => {
      it("reverts with SafeERC20FailedOperation and keeps the debt", async () => {
        const refusing = await new RefusingToken__factory(world.deployer).deploy();
        const inRefusing = await openIn(refusing);
        await refusing.setRefusing(true);
        await world.settle(inRefusing, AMOUNT);
        await refuses(collect(refusing), "SafeERC20FailedOperation").withArgs(refusing);
        expect(await world.manager.owed(refusing, world.receiver)).to.equal(AMOUNT);
      });
    });

    describe("when the token has no code any more", () => {
      it("reverts with SafeERC20FailedOperation and keeps the debt", async () => {
        await networkHelpers.setCode(terms.token, "0x");
        await refuses(collect(), "SafeERC20FailedOperation").withArgs(token);
        expect(await world.manager.owed(token, world.receiver)).to.equal(AMOUNT);
      });
    });
  });

  describe("given several payouts that failed", () => {
    it("pays their sum", async () => {
      await world.settle(terms, AMOUNT + 3n);
      const second = await openIn(token);
      await world.settle(second, 5n);
      expect(await world.manager.owed(token, world.receiver)).to.equal(AMOUNT + 8n);
      await token.setBlocked(world.receiver, false);
      await expect(collect()).to.changeTokenBalance(ethers, token, world.receiver, AMOUNT + 8n);
    });
  });

  describe("when the token is zero", () => {
    it("reverts with NothingOwed", async () => {
      await refuses(world.manager.collect(ZeroAddress, world.receiver), "NothingOwed");
    });
  });
});
