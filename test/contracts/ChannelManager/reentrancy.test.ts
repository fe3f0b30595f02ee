import { expect } from "chai";
import { MaxUint256, ZeroHash, type Signer } from "ethers";

import {
  ChannelManager__factory,
  KeyWallet__factory,
  ReenteringToken__factory,
} from "../../../typechain-types/index.ts";
import type { ReenteringToken } from "../../../typechain-types/index.ts";
import { claimOf } from "../../fixtures/claims.ts";
import { ethers, impersonate, loadFixture, networkHelpers } from "../../fixtures/chain.ts";
import { domainOf } from "../../fixtures/messages.ts";
import { PERMIT2, deployPermit2, signPermit } from "../../fixtures/permit2.ts";
import { encodeTerms, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, NEVER, World } from "../../fixtures/world.ts";

interface Stage {
  /** Its manager believes the callbacks of the reentering token, and all its channels are in it. */
  world: World;
  token: ReenteringToken;
}

/** Puts a token that calls back in the place of the world's own. */
async function setStage(): Promise<Stage> {
  const world = await World.deploy();
  const { deployer, sender } = world;
  await deployPermit2(deployer);
  const token = await new ReenteringToken__factory(deployer).deploy();
  world.manager = await new ChannelManager__factory(deployer).deploy(token);
  world.address = await world.manager.getAddress();
  world.domain = await domainOf(world.manager);
  await token.mint(sender, 1_000n * DEPOSIT);
  await token.mint(token, DEPOSIT);
  for (const spender of [world.manager, PERMIT2]) await token.connect(sender).approve(spender, MaxUint256);
  const itself = await impersonate(await token.getAddress());
  await token.connect(itself).approve(world.manager, MaxUint256);
  return { world, token };
}

/** SPEC I12. */
describe("ChannelManager and a token that calls back", () => {
  let world: World;
  let token: ReenteringToken;
  let nonces = 0n;

  beforeEach(async () => {
    ({ world, token } = await loadFixture(setStage));
  });

  const terms = async () => world.terms({ token: await token.getAddress() });
  const open = async () => world.open({ token: await token.getAddress() });

  /** A channel that can be finalized. */
  async function openDue(): Promise<Terms> {
    const due = await world.openClosing({ token: await token.getAddress() });
    await world.passPeriod(due);
    return due;
  }

  /** Has the manager owe the receiver something: the token's code is away while it should pay. */
  async function owe(): Promise<void> {
    const channel = await open();
    const code = await ethers.provider.getCode(token);
    await networkHelpers.setCode(channel.token, "0x");
    await world.settle(channel, 1n);
    await networkHelpers.setCode(channel.token, code);
  }

  /** For every function that moves tokens, a call that anyone may make, and that would succeed. */
  async function everyCall(): Promise<Record<string, string>> {
    const { manager } = world;
    const { interface: abi } = manager;
    const settled = await open();
    const claimed = await open();
    const closed = await open();
    const requested = await open();
    const due = await openDue();
    await owe();
    const permitted = await terms();
    const permit = {
      permitted: { token: permitted.token, amount: 1n },
      spender: world.address,
      nonce: nonces++,
      deadline: NEVER,
      witness: { channelId: await world.id(permitted) },
    };
    const shared = [claimed.receiver, claimed.receiverSigner, claimed.token, claimed.challengePeriod] as const;
    const proofs = { settled: await world.proof(settled, 1n), closed: await world.proof(closed, 1n) };
    const agreement = await world.agreement(closed, 1n);
    const signature = await signPermit(world.sender, world.domain.chainId, permit);
    return {
      deposit: abi.encodeFunctionData("deposit", [await terms(), 1n]),
      tokenReceived: abi.encodeFunctionData("tokenReceived", [world.address, 1n, encodeTerms(await terms())]),
      depositWithAuthorization: abi.encodeFunctionData("depositWithAuthorization", [
        await terms(),
        1n,
        0n,
        0n,
        ZeroHash,
        "0x",
      ]),
      depositWithPermit2: abi.encodeFunctionData("depositWithPermit2", [permitted, 1n, permit.nonce, NEVER, signature]),
      settle: abi.encodeFunctionData("settle", [settled, 1n, 1n, proofs.settled]),
      settleMany: abi.encodeFunctionData("settleMany", [...shared, [await claimOf(world, claimed, 1n)]]),
      close: abi.encodeFunctionData("close", [closed, 1n, 1n, proofs.closed, NEVER, agreement]),
      requestClose: abi.encodeFunctionData("requestClose", [requested, 1n, NEVER, await world.request(requested, 1n)]),
      finalize: abi.encodeFunctionData("finalize", [due]),
      collect: abi.encodeFunctionData("collect", [token.target.toString(), world.receiver.address]),
    };
  }

  /** Has `by` send each call while the token tries every other, and expects that the token gets nowhere. */
  async function getsNowhereFrom(outer: string, by: Signer): Promise<void> {
    const { interface: abi } = world.manager;
    const guard = abi.getError("ReentrancyGuardReentrantCall")!.selector;
    const inner = await everyCall();
    for (const data of Object.values(inner)) {
      // Outside of the manager's own calls, the token could do it.
      await ethers.provider.call({ from: token.target.toString(), to: world.address, data });
    }
    for (const [name, data] of Object.entries(inner)) {
      const snapshot = await networkHelpers.takeSnapshot();
      const { [outer]: call } = await everyCall();
      await token.arm(world.address, data, true, false);
      await by.sendTransaction({ to: world.address, data: call! });
      expect(await token.calls(), `${name} within ${outer}`).to.be.above(0n);
      expect(await token.succeeded(), `${name} within ${outer}`).to.equal(false);
      expect(await token.answer(), `${name} within ${outer}`).to.equal(guard);
      await snapshot.restore();
    }
  }

  describe("given a token that calls back whenever it moves", () => {
    it("gets nowhere from a deposit", async () => {
      await getsNowhereFrom("deposit", world.sender);
    });

    for (const outer of [
      "depositWithAuthorization",
      "depositWithPermit2",
      "settle",
      "settleMany",
      "close",
      "requestClose",
      "finalize",
      "collect",
    ]) {
      it(`gets nowhere from ${outer}`, async () => {
        await getsNowhereFrom(outer, world.stranger);
      });
    }
  });

  describe("given a token that calls back when asked for a balance", () => {
    it("makes its own deposit fail", async () => {
      const { manager, sender } = world;
      const { settle } = await everyCall();
      await token.arm(manager, settle!, false, true);
      await expect(manager.connect(sender).deposit(await terms(), 1n)).to.revert(ethers);
      await token.arm(manager, settle!, false, false);
      await manager.connect(sender).deposit(await terms(), 1n);
    });
  });

  describe("when one transaction makes several calls in a row", () => {
    it("lets them all through", async () => {
      const wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
      const { deposit, tokenReceived, ...calls } = await everyCall();
      expect([deposit, tokenReceived]).not.to.include(undefined); // these two ask who is calling
      await wallet.execute(Object.values(calls).map((data) => ({ target: world.address, data })));
    });
  });

  describe("when the token reads a view meanwhile", () => {
    it("sees the effects before the interaction", async () => {
      const { manager, sender } = world;
      const { interface: abi } = manager;
      const opened = await terms();
      const seen = async () => {
        const [state] = abi.decodeFunctionResult("stateOf", await token.answer());
        return [...(state as bigint[])];
      };
      await token.arm(manager, abi.encodeFunctionData("stateOf", [await world.id(opened)]), true, false);
      await manager.connect(sender).deposit(opened, DEPOSIT);
      expect(await seen()).to.deep.equal([DEPOSIT, 0n, 0n]);
      await world.settle(opened, 3n);
      expect(await seen()).to.deep.equal([DEPOSIT, 3n, 0n]);
      await manager.connect(sender).requestClose(opened, 4n, 0n, "0x");
      const { closesAt } = await world.state(opened);
      expect(await seen()).to.deep.equal([DEPOSIT, 4n, closesAt]);
      await world.giveBack(opened);
      expect(await seen()).to.deep.equal([DEPOSIT, 4n, 2n ** 32n - 1n]);
    });

    it("sees a debt as paid while it is collected", async () => {
      const { manager, receiver } = world;
      await owe();
      const debt = [await token.getAddress(), await receiver.getAddress()] as const;
      expect(await manager.owed(...debt)).to.be.above(0n);
      await token.arm(manager, manager.interface.encodeFunctionData("owed", [...debt]), true, false);
      await manager.collect(...debt);
      expect(await token.calls()).to.equal(1n);
      expect(BigInt(await token.answer())).to.equal(0n);
    });
  });
});
