import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";

import { ethers } from "../../fixtures/chain.ts";
import { dirtyCalls } from "../../fixtures/terms.ts";
import { DEPOSIT, freshWorld, type World } from "../../fixtures/world.ts";
import { behavesLikeEveryDeposit } from "./deposits.behavior.ts";

describe("ChannelManager.deposit", () => {
  let world: World;

  beforeEach(async () => {
    world = await freshWorld();
  });

  behavesLikeEveryDeposit(() => world, {
    payer: ({ sender }) => sender,
    deposit: ({ manager, sender }, terms, amount) => manager.connect(sender).deposit(terms, amount),
    attempt: ({ manager, stranger }, terms, amount) => manager.connect(stranger).deposit(terms, amount),
  });

  describe("when a stranger deposits", () => {
    it("pulls from the stranger, and the sender gets the refund", async () => {
      const { manager, token, sender, relayer } = world;
      const terms = await world.terms();
      await expect(manager.connect(relayer).deposit(terms, DEPOSIT)).to.changeTokenBalances(
        ethers,
        token,
        [sender, relayer, manager],
        [0n, -DEPOSIT, DEPOSIT],
      );
      await expect(world.giveBack(terms)).to.changeTokenBalances(ethers, token, [sender, relayer], [DEPOSIT, 0n]);
    });
  });

  describe("given a stranger that ran ahead of the opening", () => {
    it("tops up what the stranger opened", async () => {
      const { manager, relayer } = world;
      const terms = await world.terms();
      await manager.connect(relayer).deposit(terms, 1n);
      await world.open(terms);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT + 1n, settled: 0n, closesAt: 0n });
    });
  });

  it("returns the id", async () => {
    const terms = await world.terms();
    expect(await world.manager.connect(world.sender).deposit.staticCall(terms, 1n)).to.equal(await world.id(terms));
    await world.manager.connect(world.sender).deposit(terms, 1n);
    expect(await world.manager.connect(world.sender).deposit.staticCall(terms, 1n)).to.equal(await world.id(terms));
  });

  describe("when the token is zero", () => {
    it("reverts with InvalidTerms", async () => {
      const terms = await world.terms({ token: ZeroAddress });
      await expect(world.manager.deposit(terms, 1n)).to.be.revertedWithCustomError(world.manager, "InvalidTerms");
    });
  });

  describe("when terms and token are wrong", () => {
    it("says InvalidTerms before it asks the token", async () => {
      const terms = await world.terms({ challengePeriod: 1n, token: world.stranger.address });
      await expect(world.manager.deposit(terms, 1n)).to.be.revertedWithCustomError(world.manager, "InvalidTerms");
    });
  });

  describe("when the caller has not approved enough", () => {
    it("reverts with the error of the token", async () => {
      const { manager, token, sender } = world;
      await token.connect(sender).approve(manager, 6n);
      await expect(manager.connect(sender).deposit(await world.terms(), 7n))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(manager, 6n, 7n);
    });
  });

  describe("when the caller has not enough", () => {
    it("reverts with the error of the token", async () => {
      const { manager, token, stranger } = world;
      await token.connect(stranger).approve(manager, MaxUint256);
      await expect(manager.connect(stranger).deposit(await world.terms(), 7n))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(stranger, 0n, 7n);
    });
  });

  describe("when the token has no code", () => {
    it("reverts with SafeERC20FailedOperation", async () => {
      const terms = await world.terms({ token: world.stranger.address });
      await expect(world.manager.deposit(terms, 1n))
        .to.be.revertedWithCustomError(world.manager, "SafeERC20FailedOperation")
        .withArgs(world.stranger);
    });
  });

  describe("when the caller is zero, in an eth_call", () => {
    it("reverts with the error of the token", async () => {
      const { manager, token } = world;
      const call = manager.interface.encodeFunctionData("deposit", [await world.terms(), 1n]);
      await expect(world.callAsZero(call)).to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance");
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with InvalidTerms", async () => {
      const { address: to, manager, sender } = world;
      const call = manager.interface.encodeFunctionData("deposit", [await world.terms(), 1n]);
      await sender.call({ to, data: call });
      for (const data of dirtyCalls(call)) {
        await expect(sender.call({ to, data })).to.be.revertedWithCustomError(manager, "InvalidTerms");
        await expect(sender.sendTransaction({ to, data, gasLimit: 500_000n })).to.be.revertedWithCustomError(
          manager,
          "InvalidTerms",
        );
      }
    });
  });

  describe("when ether is sent along", () => {
    it("reverts, and so does the manager for bare ether", async () => {
      const { address: to, manager, sender } = world;
      const data = manager.interface.encodeFunctionData("deposit", [await world.terms(), 1n]);
      await expect(sender.sendTransaction({ to, data, value: 1n })).to.be.revertedWithoutReason(ethers);
      await expect(sender.sendTransaction({ to, value: 1n })).to.be.revertedWithoutReason(ethers);
    });
  });

  describe("given tokens that were just transferred to the manager", () => {
    it("neither counts them nor minds them", async () => {
      const { manager, token, sender } = world;
      await token.connect(sender)["transfer(address,uint256)"](manager, 1_000n);
      const terms = await world.open({}, 7n);
      expect((await world.state(terms)).deposit).to.equal(7n);
      await expect(world.giveBack(terms)).to.changeTokenBalances(ethers, token, [sender, manager], [7n, -7n]);
    });
  });
});
