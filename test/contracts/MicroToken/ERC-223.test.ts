import { expect } from "chai";
import { Wallet, ZeroAddress, id as hashOf, type AddressLike } from "ethers";

import { RecordingRecipient__factory, RevertingRecipient__factory } from "../../../typechain-types/index.ts";
import type { RecordingRecipient } from "../../../typechain-types/index.ts";
import { ethers, loadFixture, networkHelpers } from "../../fixtures/chain.ts";
import { deployMicroToken, type MicroStage } from "../../fixtures/tokens.ts";

const ANSWER = "0x8943ec02";
const DATA = "0xc0ffee";

describe("MicroToken as ERC-223", () => {
  let stage: MicroStage;

  beforeEach(async () => {
    stage = await loadFixture(deployMicroToken);
  });

  const transfer = (to: AddressLike, amount: bigint, data = DATA) =>
    stage.token.connect(stage.holder)["transfer(address,uint256,bytes)"](to, amount, data);
  const simulate = (to: AddressLike, amount: bigint) =>
    stage.token.connect(stage.holder)["transfer(address,uint256,bytes)"].staticCall(to, amount, DATA);
  const recipientThatAnswers = (answer: string) => new RecordingRecipient__factory(stage.deployer).deploy(answer);

  const told = async (recipient: RecordingRecipient) => ({
    token: await recipient.token(),
    from: await recipient.from(),
    amount: await recipient.amount(),
    balance: await recipient.balance(),
    data: await recipient.data(),
  });

  describe("given a recipient without code", () => {
    it("moves the amount, logs it and returns true", async () => {
      const { token, holder, other } = stage;
      expect(await simulate(other, 7n)).to.equal(true);
      const transaction = transfer(other, 7n);
      await expect(transaction).to.changeTokenBalances(ethers, token, [holder, other], [-7n, 7n]);
      await expect(transaction).to.emit(token, "Transfer").withArgs(holder, other, 7n);
    });
  });

  describe("given a recipient that is a contract", () => {
    it("tells it from, amount and data after the transfer", async () => {
      const { token, holder } = stage;
      const recipient = await recipientThatAnswers(ANSWER);
      await transfer(recipient, 7n);
      const [address, from] = [await token.getAddress(), holder.address];
      expect(await told(recipient)).to.deep.equal({ token: address, from, amount: 7n, balance: 7n, data: DATA });
    });

    it("tells it of an amount of zero and of no data", async () => {
      const recipient = await recipientThatAnswers(ANSWER);
      await transfer(recipient, 0n, "0x");
      const { from, amount, data } = await told(recipient);
      expect([from, amount, data]).to.deep.equal([stage.holder.address, 0n, "0x"]);
    });

    it("logs the plain transfer and returns true", async () => {
      const recipient = await recipientThatAnswers(ANSWER);
      expect(await simulate(recipient, 7n)).to.equal(true);
      await expect(transfer(recipient, 7n)).to.emit(stage.token, "Transfer").withArgs(stage.holder, recipient, 7n);
    });

    describe("when it answers something else", () => {
      it("reverts with ERC223InvalidRecipient and moves nothing", async () => {
        for (const answer of ["0x00000000", "0xffffffff", "0x8943ec03"]) {
          const recipient = await recipientThatAnswers(answer);
          await expect(transfer(recipient, 7n))
            .to.be.revertedWithCustomError(stage.token, "ERC223InvalidRecipient")
            .withArgs(recipient);
          expect(await stage.token.balanceOf(recipient)).to.equal(0n);
        }
      });
    });

    describe("when it reverts", () => {
      it("reverts with the recipient's error", async () => {
        const recipient = await new RevertingRecipient__factory(stage.deployer).deploy();
        await expect(transfer(recipient, 7n)).to.be.revertedWithCustomError(recipient, "NoThanks");
      });
    });

    describe("when it has no such function", () => {
      it("reverts", async () => {
        await expect(transfer(stage.token, 7n)).to.be.revertedWithoutReason(ethers);
      });
    });
  });

  describe("given an account that delegates to a recipient's code", () => {
    it("is told too", async () => {
      const key = new Wallet(hashOf("a key that delegates"), ethers.provider);
      await networkHelpers.setBalance(key.address, 10n ** 20n);
      const recipient = await recipientThatAnswers(ANSWER);
      const address = await recipient.getAddress();
      const nonce = (await key.getNonce()) + 1; // its own transaction comes first
      const { chainId } = await ethers.provider.getNetwork();
      const authorizationList = [await key.authorize({ address, nonce, chainId })];
      await key.sendTransaction({ type: 4, to: stage.other.address, authorizationList });
      await transfer(key, 7n);
      const { from, amount, balance } = await told(recipient.attach(key) as RecordingRecipient);
      expect([from, amount, balance]).to.deep.equal([stage.holder.address, 7n, 7n]);
    });
  });

  describe("when the amount is above the balance", () => {
    it("reverts and tells nobody", async () => {
      const recipient = await new RevertingRecipient__factory(stage.deployer).deploy();
      await expect(transfer(recipient, stage.supply + 1n)).to.be.revertedWithCustomError(
        stage.token,
        "ERC20InsufficientBalance",
      );
    });
  });

  describe("when the recipient is zero", () => {
    it("reverts", async () => {
      await expect(transfer(ZeroAddress, 7n)).to.be.revertedWithCustomError(stage.token, "ERC20InvalidReceiver");
    });
  });
});
