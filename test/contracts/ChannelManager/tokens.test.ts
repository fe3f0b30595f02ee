import { expect } from "chai";
import { MaxUint256, type AddressLike, type BaseContract } from "ethers";

import {
  AnnouncingToken__factory,
  BlockingToken__factory,
  BombToken__factory,
  FeeToken__factory,
  LyingToken__factory,
  PausingToken__factory,
  RefusingToken__factory,
  VoidToken__factory,
} from "../../../typechain-types/index.ts";
import type { BlockingToken, LyingToken, PausingToken, PlainToken } from "../../../typechain-types/index.ts";
import { ethers, networkHelpers } from "../../fixtures/chain.ts";
import { encodeTerms, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, freshWorld, type World } from "../../fixtures/world.ts";

const AMOUNT = DEPOSIT / 5n;

type Mintable = BaseContract & Pick<PlainToken, "mint">;

describe("ChannelManager and hostile tokens", () => {
  let world: World;

  beforeEach(async () => {
    world = await freshWorld();
  });

  /** Opens a channel in a token of which the sender is given ten deposits. */
  async function openIn(token: Mintable): Promise<Terms> {
    await give(token);
    return world.open({ token: await token.getAddress() });
  }

  async function give(token: Mintable): Promise<void> {
    await token.mint(world.sender, 10n * DEPOSIT);
    const approve = token.interface.encodeFunctionData("approve", [world.address, MaxUint256]);
    await world.sender.sendTransaction({ to: token, data: approve });
  }

  /** The receiver closes by a proof for `amount`. */
  const close = async (terms: Terms, amount = AMOUNT) =>
    world.manager.connect(world.receiver).close(terms, amount, amount, await world.proof(terms, amount), 0n, "0x");

  const deposit = (terms: Terms, amount = DEPOSIT) => world.manager.connect(world.sender).deposit(terms, amount);
  const collect = (token: BaseContract, account: AddressLike) => world.manager.collect(token, account);
  const owed = (token: BaseContract, account: AddressLike) => world.manager.owed(token, account);

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);
  const pays = (transaction: Promise<unknown>, token: BaseContract, toReceiver: bigint, toSender: bigint) =>
    expect(transaction).to.changeTokenBalances(ethers, token, [world.receiver, world.sender], [toReceiver, toSender]);

  describe("given a token that keeps a fee", () => {
    it("reverts with TransferMismatch", async () => {
      const token = await new FeeToken__factory(world.deployer).deploy(DEPOSIT, world.sender);
      await token.connect(world.sender).approve(world.manager, MaxUint256);
      await refuses(deposit(await world.terms({ token: await token.getAddress() }), AMOUNT), "TransferMismatch");
    });
  });

  describe("given a token that returns false", () => {
    it("refuses the deposit with SafeERC20FailedOperation", async () => {
      const token = await new RefusingToken__factory(world.deployer).deploy();
      await give(token);
      await token.setRefusing(true);
      const terms = await world.terms({ token: await token.getAddress() });
      await refuses(deposit(terms), "SafeERC20FailedOperation");
    });

    it("owes the payout, and collect pays it later", async () => {
      const token = await new RefusingToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await token.setRefusing(true);
      await expect(close(terms))
        .to.emit(world.manager, "PayoutOwed")
        .withArgs(token, world.receiver, AMOUNT)
        .and.to.emit(world.manager, "PayoutOwed")
        .withArgs(token, world.sender, DEPOSIT - AMOUNT);
      await token.setRefusing(false);
      await pays(collect(token, world.receiver), token, AMOUNT, 0n);
      await pays(collect(token, world.sender), token, 0n, DEPOSIT - AMOUNT);
    });

    it("logs each debt, and collect pays and logs their sum", async () => {
      const token = await new RefusingToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await token.setRefusing(true);
      const debt = (amount: bigint) => [token, world.receiver, amount] as const;
      const settle = async (amount: bigint) =>
        world.manager.settle(terms, amount, amount, await world.proof(terms, amount));
      await expect(settle(3n))
        .to.emit(world.manager, "PayoutOwed")
        .withArgs(...debt(3n));
      await expect(settle(8n))
        .to.emit(world.manager, "PayoutOwed")
        .withArgs(...debt(5n));
      expect(await owed(token, world.receiver)).to.equal(8n);
      await token.setRefusing(false);
      await expect(collect(token, world.receiver))
        .to.emit(world.manager, "Collected")
        .withArgs(...debt(8n));
    });
  });

  describe("given a token that returns nothing", () => {
    it("takes it through a channel's whole life", async () => {
      const token = await new VoidToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await deposit(terms, AMOUNT);
      await world.settle(terms, 3n);
      expect(await token.balanceOf(world.receiver)).to.equal(3n);
      await world.manager.connect(world.sender).requestClose(terms, 5n, 0n, "0x");
      await world.passPeriod(terms);
      await pays(world.manager.finalize(terms), token, 0n, DEPOSIT + AMOUNT - 5n);
      expect(await token.balanceOf(world.receiver)).to.equal(5n);
      expect(await token.balanceOf(world.manager)).to.equal(0n);
    });
  });

  describe("given a token that answers with a bomb", () => {
    /** What the token itself burns to make its bomb is about 530,000; to copy it would cost that much again. */
    const MOST = 700_000n;

    it("owes the payout at no great cost where the bomb is a revert", async () => {
      const token = await new BombToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await token.arm(1n);
      const proof = await world.proof(terms, AMOUNT);
      const receipt = await (await world.manager.settle(terms, AMOUNT, AMOUNT, proof)).wait();
      expect(receipt!.gasUsed).to.be.below(MOST);
      expect(await owed(token, world.receiver)).to.equal(AMOUNT);
    });

    it("pays at no great cost where the bomb is a return", async () => {
      const token = await new BombToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await token.arm(2n);
      const proof = await world.proof(terms, AMOUNT);
      const receipt = await (await world.manager.settle(terms, AMOUNT, AMOUNT, proof)).wait();
      expect(receipt!.gasUsed).to.be.below(MOST);
      expect(await owed(token, world.receiver)).to.equal(0n);
      expect(await token.balanceOf(world.receiver)).to.equal(AMOUNT);
    });
  });

  describe("given a token that is paused", () => {
    let token: PausingToken;
    let terms: Terms;

    beforeEach(async () => {
      token = await new PausingToken__factory(world.deployer).deploy();
      terms = await openIn(token);
    });

    it("owes both payouts of a close", async () => {
      await token.pause();
      await close(terms);
      expect(await owed(token, world.receiver)).to.equal(AMOUNT);
      expect(await owed(token, world.sender)).to.equal(DEPOSIT - AMOUNT);
      expect((await world.state(terms)).closesAt).to.equal(2n ** 32n - 1n);
    });

    it("counts a proof that came in time", async () => {
      await world.manager.connect(world.sender).requestClose(terms, 0n, 0n, "0x");
      await token.pause();
      await world.settle(terms, AMOUNT);
      await world.passPeriod(terms);
      await token.unpause();
      await pays(world.manager.finalize(terms), token, 0n, DEPOSIT - AMOUNT);
      await pays(collect(token, world.receiver), token, AMOUNT, 0n);
    });

    it("lets the sender finalize", async () => {
      await token.pause();
      await world.manager.connect(world.sender).requestClose(terms, AMOUNT, 0n, "0x");
      await world.passPeriod(terms);
      await world.manager.finalize(terms);
      await token.unpause();
      await pays(collect(token, world.sender), token, 0n, DEPOSIT - AMOUNT);
      await pays(collect(token, world.receiver), token, AMOUNT, 0n);
    });

    it("refuses deposits with the token's error", async () => {
      await token.pause();
      await expect(deposit(terms)).to.be.revertedWithCustomError(token, "EnforcedPause");
    });
  });

  describe("given a receiver on the token's block list", () => {
    let token: BlockingToken;
    let terms: Terms;

    beforeEach(async () => {
      token = await new BlockingToken__factory(world.deployer).deploy();
      terms = await openIn(token);
      await token.setBlocked(world.receiver, true);
    });

    it("refunds the sender, and owes the receiver", async () => {
      await pays(close(terms), token, 0n, DEPOSIT - AMOUNT);
      expect(await owed(token, world.receiver)).to.equal(AMOUNT);
    });

    it("does not let the sender's request be held up", async () => {
      await world.manager.connect(world.sender).requestClose(terms, AMOUNT, 0n, "0x");
      await world.passPeriod(terms);
      await pays(world.manager.finalize(terms), token, 0n, DEPOSIT - AMOUNT);
    });
  });

  describe("given a sender on the token's block list", () => {
    it("pays the receiver, and owes the sender", async () => {
      const token = await new BlockingToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await token.setBlocked(world.sender, true);
      await pays(close(terms), token, AMOUNT, 0n);
      expect(await owed(token, world.sender)).to.equal(DEPOSIT - AMOUNT);
    });
  });

  describe("given a manager on the token's block list", () => {
    it("owes everyone, and pays all once it is off the list", async () => {
      const token = await new BlockingToken__factory(world.deployer).deploy();
      const terms = await openIn(token);
      await token.setBlocked(world.manager, true);
      await close(terms);
      await token.setBlocked(world.manager, false);
      await pays(collect(token, world.receiver), token, AMOUNT, 0n);
      await pays(collect(token, world.sender), token, 0n, DEPOSIT - AMOUNT);
      expect(await token.balanceOf(world.manager)).to.equal(0n);
    });
  });

  describe("given a token that lies about balances", () => {
    let token: LyingToken;
    let terms: Terms;

    beforeEach(async () => {
      token = await new LyingToken__factory(world.deployer).deploy();
      terms = await openIn(token);
    });

    it("refuses a deposit that seems to bring too much", async () => {
      await token.setLie(1n);
      await refuses(deposit(terms, AMOUNT), "TransferMismatch");
    });

    it("refuses a deposit that seems to bring too little", async () => {
      for (const lie of [-1n, -AMOUNT]) {
        await token.setLie(lie);
        await refuses(deposit(terms, AMOUNT), "TransferMismatch");
      }
    });

    it("refuses a deposit that seems to take", async () => {
      await token.setLie(-2n * AMOUNT);
      await refuses(deposit(terms, AMOUNT), "TransferMismatch");
    });

    it("hurts only its own channels where it invents money", async () => {
      const honest = await world.open();
      await token.setIdle(true);
      await token.setLie(DEPOSIT);
      const invented = await world.terms({ token: await token.getAddress() });
      await deposit(invented);
      await token.setIdle(false);
      await close(invented, DEPOSIT); // takes the money of the other channel in this token
      await close(terms, DEPOSIT);
      expect(await owed(token, world.receiver)).to.equal(DEPOSIT);
      await pays(close(honest), world.token, AMOUNT, DEPOSIT - AMOUNT);
    });
  });

  describe("given a token that announces what it never sent", () => {
    it("believes nothing", async () => {
      const token = await new AnnouncingToken__factory(world.deployer).deploy();
      const own = await world.terms({ token: await token.getAddress() });
      for (const terms of [own, await world.terms(), await world.open()]) {
        await refuses(token.announce(world.manager, AMOUNT, encodeTerms(terms)), "UnknownToken");
      }
    });
  });

  describe("given a token whose code disappears", () => {
    let terms: Terms;
    let code: string;

    beforeEach(async () => {
      terms = await world.open();
      code = await ethers.provider.getCode(world.token);
      await networkHelpers.setCode(terms.token, "0x");
    });

    const token = () => world.token;

    it("owes the payouts", async () => {
      await close(terms);
      expect(await owed(token(), world.receiver)).to.equal(AMOUNT);
      expect(await owed(token(), world.sender)).to.equal(DEPOSIT - AMOUNT);
      await refuses(collect(token(), world.receiver), "SafeERC20FailedOperation");
    });

    it("takes no more deposits", async () => {
      await refuses(deposit(terms, 1n), "SafeERC20FailedOperation");
      await refuses(deposit(await world.terms(), 1n), "SafeERC20FailedOperation");
    });

    it("pays when the code is back", async () => {
      await close(terms);
      await networkHelpers.setCode(terms.token, code);
      await pays(collect(token(), world.receiver), token(), AMOUNT, 0n);
      await pays(collect(token(), world.sender), token(), 0n, DEPOSIT - AMOUNT);
    });
  });
});
