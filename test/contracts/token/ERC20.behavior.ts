/** What holds for every ERC-20 of this repository; the sentences are those of `every-ERC-20.tree`. */
import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";

import { RevertingRecipient__factory } from "../../../typechain-types/index.ts";
import type { MicroToken } from "../../../typechain-types/index.ts";
import { ethers, type Account } from "../../fixtures/chain.ts";

export interface TokenStage {
  token: MicroToken;
  deployer: Account;
  /** Has the whole supply. */
  holder: Account;
  /** Have nothing. */
  other: Account;
  spender: Account;
  name: string;
  symbol: string;
  decimals: bigint;
  supply: bigint;
}

/** @param current The stage that the suite's own hook has set for the test. */
export function behavesLikeEveryERC20(current: () => TokenStage): void {
  let stage: TokenStage;
  let token: MicroToken;
  let holder: Account, other: Account, spender: Account;

  beforeEach(() => {
    stage = current();
    ({ token, holder, other, spender } = stage);
  });

  const transferBy = (by: Account) => token.connect(by)["transfer(address,uint256)"];
  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(token, error);

  it("tells name, symbol, decimals and supply", async () => {
    expect(await token.name()).to.equal(stage.name);
    expect(await token.symbol()).to.equal(stage.symbol);
    expect(await token.decimals()).to.equal(stage.decimals);
    expect(await token.totalSupply()).to.equal(stage.supply);
    expect(await token.balanceOf(holder)).to.equal(stage.supply);
    expect(await token.balanceOf(other)).to.equal(0n);
  });

  describe("transfer", () => {
    it("moves the amount, logs it and returns true", async () => {
      expect(await transferBy(holder).staticCall(other, 7n)).to.equal(true);
      const transaction = transferBy(holder)(other, 7n);
      await expect(transaction).to.changeTokenBalances(ethers, token, [holder, other], [-7n, 7n]);
      await expect(transaction).to.emit(token, "Transfer").withArgs(holder, other, 7n);
    });

    it("moves nothing, and logs it, for an amount of zero", async () => {
      await expect(transferBy(other)(spender, 0n)).to.emit(token, "Transfer").withArgs(other, spender, 0n);
    });

    it("leaves the balance for a transfer to oneself", async () => {
      await expect(transferBy(holder)(holder, stage.supply)).to.changeTokenBalance(ethers, token, holder, 0n);
    });

    it("notifies no contract", async () => {
      const recipient = await new RevertingRecipient__factory(stage.deployer).deploy();
      await expect(transferBy(holder)(recipient, 7n)).to.changeTokenBalance(ethers, token, recipient, 7n);
    });

    it("reverts above the balance", async () => {
      const excess = stage.supply + 1n;
      const transaction = transferBy(holder)(other, excess);
      await refuses(transaction, "ERC20InsufficientBalance").withArgs(holder, stage.supply, excess);
      await refuses(transferBy(other)(holder, MaxUint256), "ERC20InsufficientBalance");
    });

    it("reverts for the zero address", async () => {
      await refuses(transferBy(holder)(ZeroAddress, 7n), "ERC20InvalidReceiver").withArgs(ZeroAddress);
    });
  });

  describe("approve", () => {
    it("sets the allowance, logs it and returns true", async () => {
      expect(await token.connect(holder).approve.staticCall(spender, 7n)).to.equal(true);
      await expect(token.connect(holder).approve(spender, 7n)).to.emit(token, "Approval").withArgs(holder, spender, 7n);
      expect(await token.allowance(holder, spender)).to.equal(7n);
      expect(await token.allowance(spender, holder)).to.equal(0n);
    });

    it("replaces an earlier allowance", async () => {
      await token.connect(holder).approve(spender, 7n);
      await token.connect(holder).approve(spender, 5n);
      expect(await token.allowance(holder, spender)).to.equal(5n);
    });

    it("reverts for the zero address", async () => {
      await refuses(token.connect(holder).approve(ZeroAddress, 7n), "ERC20InvalidSpender").withArgs(ZeroAddress);
    });
  });

  describe("transferFrom", () => {
    const pull = (amount: bigint, to: Account | string = other, from = holder) =>
      token.connect(spender).transferFrom(from, to, amount);

    it("moves the amount, lowers the allowance and returns true", async () => {
      await token.connect(holder).approve(spender, 9n);
      expect(await token.connect(spender).transferFrom.staticCall(holder, other, 7n)).to.equal(true);
      await expect(pull(7n)).to.changeTokenBalances(ethers, token, [holder, other, spender], [-7n, 7n, 0n]);
      expect(await token.allowance(holder, spender)).to.equal(2n);
    });

    it("leaves an infinite allowance", async () => {
      await token.connect(holder).approve(spender, MaxUint256);
      await pull(7n);
      expect(await token.allowance(holder, spender)).to.equal(MaxUint256);
    });

    it("notifies no contract", async () => {
      const recipient = await new RevertingRecipient__factory(stage.deployer).deploy();
      await token.connect(holder).approve(spender, 7n);
      await pull(7n, await recipient.getAddress());
      expect(await token.balanceOf(recipient)).to.equal(7n);
    });

    it("asks the owner for an allowance too", async () => {
      const transaction = token.connect(holder).transferFrom(holder, other, 7n);
      await refuses(transaction, "ERC20InsufficientAllowance").withArgs(holder, 0n, 7n);
    });

    it("reverts above the allowance", async () => {
      await token.connect(holder).approve(spender, 6n);
      await refuses(pull(7n), "ERC20InsufficientAllowance").withArgs(spender, 6n, 7n);
    });

    it("reverts above the balance", async () => {
      await token.connect(other).approve(spender, 7n);
      await refuses(pull(7n, spender, other), "ERC20InsufficientBalance").withArgs(other, 0n, 7n);
    });

    it("reverts for the zero address", async () => {
      await token.connect(holder).approve(spender, 7n);
      await refuses(pull(7n, ZeroAddress), "ERC20InvalidReceiver").withArgs(ZeroAddress);
    });
  });
}
