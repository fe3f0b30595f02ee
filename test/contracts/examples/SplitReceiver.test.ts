import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { BlockingToken__factory, SplitReceiver__factory, type SplitReceiver } from "../../../typechain-types/index.ts";
import { ethers } from "../../fixtures/chain.ts";
import { DEPOSIT, NEVER, freshWorld, type World } from "../../fixtures/world.ts";
import type { Terms } from "../../fixtures/terms.ts";

describe("SplitReceiver", () => {
  let world: World;
  let split: SplitReceiver;

  /** The relayer owns three shares, the stranger one. */
  beforeEach(async () => {
    world = await freshWorld();
    split = await deploy([world.relayer.address, world.stranger.address], [3n, 1n]);
  });

  function deploy(owners: string[], shares: bigint[]): Promise<SplitReceiver> {
    return new SplitReceiver__factory(world.deployer).deploy(owners, shares);
  }

  /** A channel whose receiver is the contract and whose agreements the till's key signs. */
  async function open(): Promise<Terms> {
    return world.open({ receiver: await split.getAddress(), receiverSigner: world.receiverSigner.address });
  }

  it("gives each owner its part of what is settled", async () => {
    const { token, relayer, stranger } = world;
    await world.settle(await open(), 100n);
    await expect(split.release(token, relayer)).to.changeTokenBalances(ethers, token, [split, relayer], [-75n, 75n]);
    await expect(split.release(token, stranger)).to.changeTokenBalances(ethers, token, [split, stranger], [-25n, 25n]);
  });

  it("counts what came after an owner was paid", async () => {
    const { token, relayer, stranger } = world;
    const terms = await open();
    await world.settle(terms, 100n);
    await split.release(token, relayer);
    await world.settle(terms, 200n);
    expect(await split.releasable(token, relayer)).to.equal(75n);
    expect(await split.releasable(token, stranger)).to.equal(50n);
  });

  it("is paid by a close that the till's key agreed to", async () => {
    const { manager, token, sender } = world;
    const terms = await open();
    const agreement = await world.agreement(terms, 40n);
    await expect(manager.connect(sender).close(terms, 40n, 0n, "0x", NEVER, agreement)).to.changeTokenBalances(
      ethers,
      token,
      [split, sender],
      [40n, DEPOSIT - 40n],
    );
    expect(await split.releasable(token, world.relayer)).to.equal(30n);
  });

  it("keeps what rounding leaves for the next payment", async () => {
    const { token, relayer, stranger } = world;
    const terms = await open();
    await world.settle(terms, 7n);
    await split.release(token, relayer);
    await split.release(token, stranger);
    expect(await token.balanceOf(split)).to.equal(1n);
    await world.settle(terms, 8n);
    expect(await split.releasable(token, relayer)).to.equal(1n);
    expect(await split.releasable(token, stranger)).to.equal(1n);
  });

  it("pays the others while a token blocks an owner, and that owner later", async () => {
    const { relayer, stranger, deployer } = world;
    const token = await new BlockingToken__factory(deployer).deploy();
    await token.mint(split, 100n);
    await token.setBlocked(relayer, true);
    await expect(split.release(token, relayer)).to.be.revertedWithCustomError(token, "Blocked");
    await split.release(token, stranger);
    await token.setBlocked(relayer, false);
    await split.release(token, relayer);
    expect([await token.balanceOf(relayer), await token.balanceOf(stranger)]).to.deep.equal([75n, 25n]);
  });

  it("says what it released", async () => {
    const { token, relayer } = world;
    await world.settle(await open(), 4n);
    await expect(split.release(token, relayer)).to.emit(split, "Released").withArgs(token, relayer, 3n);
    expect(await split.released(token, relayer)).to.equal(3n);
    expect(await split.totalReleased(token)).to.equal(3n);
  });

  it("gives nothing twice, and nothing to those who own nothing", async () => {
    const { token, relayer, sender } = world;
    await world.settle(await open(), 4n);
    await split.release(token, relayer);
    for (const owner of [relayer, sender]) {
      await expect(split.release(token, owner)).to.be.revertedWithCustomError(split, "NothingToRelease");
    }
  });

  it("knows its owners' shares", async () => {
    expect(await split.TOTAL_SHARES()).to.equal(4n);
    expect(await split.shares(world.relayer)).to.equal(3n);
  });

  const one = "0x0000000000000000000000000000000000000001";
  const two = "0x0000000000000000000000000000000000000002";
  const refused: [string, string[], bigint[]][] = [
    ["no owners", [], []],
    ["more owners than shares", [one, two], [1n]],
    ["an owner that is zero", [ZeroAddress], [1n]],
    ["an owner without a share", [one], [0n]],
    ["an owner named twice", [one, one], [1n, 1n]],
  ];
  for (const [what, owners, shares] of refused) {
    it(`is not made with ${what}`, async () => {
      await expect(deploy(owners, shares)).to.be.revertedWithCustomError(split, "InvalidOwners");
    });
  }
});
