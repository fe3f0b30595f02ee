import { expect } from "chai";
import { MaxUint256, Signature, ZeroAddress, id as keccakOf, type BigNumberish } from "ethers";

import { FeeToken__factory, FrontDesk__factory, type FrontDesk } from "../../../typechain-types/index.ts";
import { ethers } from "../../fixtures/chain.ts";
import { DEPOSIT, NEVER, freshWorld, type World } from "../../fixtures/world.ts";

const SALT = keccakOf("table 7");
const PERIOD = 3600n;

describe("FrontDesk", () => {
  let world: World;
  let desk: FrontDesk;

  beforeEach(async () => {
    world = await freshWorld();
    const { manager, token, receiver, receiverSigner, deployer, sender } = world;
    desk = await new FrontDesk__factory(deployer).deploy(manager, token, receiver, receiverSigner, PERIOD);
    await token.connect(sender).approve(desk, MaxUint256);
  });

  async function terms() {
    const [sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt] = await desk.terms(
      world.sender,
      world.senderSigner,
      SALT,
    );
    return { sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt };
  }

  function open(amount: BigNumberish) {
    return desk.connect(world.sender).open(world.senderSigner, SALT, amount);
  }

  async function permit(value: bigint) {
    const { token, sender } = world;
    const domain = {
      name: "Micro",
      version: "1",
      chainId: world.domain.chainId,
      verifyingContract: await token.getAddress(),
    };
    const types = {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    };
    const nonce = await token["nonces(address)"](sender);
    const message = { owner: sender.address, spender: await desk.getAddress(), value, nonce, deadline: NEVER };
    return Signature.from(await sender.signTypedData(domain, types, message));
  }

  it("opens a channel that is the customer's, on the shop's terms", async () => {
    const { manager, token, sender, senderSigner, receiver, receiverSigner } = world;
    await expect(open(DEPOSIT)).to.changeTokenBalances(ethers, token, [sender, desk, manager], [-DEPOSIT, 0n, DEPOSIT]);
    const made = await terms();
    expect(made).to.deep.equal({
      sender: sender.address,
      senderSigner: senderSigner.address,
      receiver: receiver.address,
      receiverSigner: receiverSigner.address,
      token: await token.getAddress(),
      challengePeriod: PERIOD,
      salt: SALT,
    });
    expect((await world.state(made)).deposit).to.equal(DEPOSIT);
  });

  it("returns the channel's id", async () => {
    const opened = await desk.connect(world.sender).open.staticCall(world.senderSigner, SALT, 1n);
    expect(opened).to.equal(await world.id(await terms()));
  });

  it("tops up an open channel", async () => {
    await open(1n);
    await open(2n);
    expect((await world.state(await terms())).deposit).to.equal(3n);
  });

  it("makes channels that work: the key pays, the shop is paid, the customer gets the rest", async () => {
    const { manager, token, sender, receiver, relayer } = world;
    await open(DEPOSIT);
    const made = await terms();
    await manager.connect(relayer).settle(made, 5n, 5n, await world.proof(made, 5n));
    const agreement = await world.agreement(made, 7n);
    await expect(manager.connect(sender).close(made, 7n, 0n, "0x", NEVER, agreement)).to.changeTokenBalances(
      ethers,
      token,
      [sender, receiver],
      [DEPOSIT - 7n, 2n],
    );
  });

  it("pays with a permit, without an approval before", async () => {
    const { token, sender, senderSigner } = world;
    await token.connect(sender).approve(desk, 0n);
    const { v, r, s } = await permit(DEPOSIT);
    await desk.connect(sender).openWithPermit(senderSigner, SALT, DEPOSIT, NEVER, v, r, s);
    expect((await world.state(await terms())).deposit).to.equal(DEPOSIT);
  });

  it("opens also where a stranger used the permit first", async () => {
    const { token, sender, senderSigner, stranger } = world;
    await token.connect(sender).approve(desk, 0n);
    const { v, r, s } = await permit(DEPOSIT);
    await token.connect(stranger).permit(sender, desk, DEPOSIT, NEVER, v, r, s);
    await desk.connect(sender).openWithPermit(senderSigner, SALT, DEPOSIT, NEVER, v, r, s);
    expect((await world.state(await terms())).deposit).to.equal(DEPOSIT);
  });

  it("takes nothing from anyone but the caller", async () => {
    const { stranger, token } = world;
    const attempt = desk.connect(stranger).open(ZeroAddress, SALT, 1n);
    await expect(attempt).to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance");
  });

  it("passes on what the manager refuses", async () => {
    await open(1n);
    await world.manager.connect(world.sender).requestClose(await terms(), 0n, 0n, "0x");
    await expect(open(1n)).to.be.revertedWithCustomError(world.manager, "ChannelNotOpen");
  });

  it("fails where a token keeps a fee", async () => {
    const { deployer, manager, sender, receiver } = world;
    const token = await new FeeToken__factory(deployer).deploy(1000n, sender);
    const ours = await new FrontDesk__factory(deployer).deploy(manager, token, receiver, ZeroAddress, PERIOD);
    await token.connect(sender).approve(ours, 1000n);
    const attempt = ours.connect(sender).open(ZeroAddress, SALT, 1000n);
    await expect(attempt).to.be.revertedWithCustomError(token, "ERC20InsufficientBalance");
  });
});
