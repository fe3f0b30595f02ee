import { expect } from "chai";
import { MaxUint256, ZeroAddress, concat, dataSlice } from "ethers";

import { ChannelManager__factory, MicroToken__factory } from "../../../typechain-types/index.ts";
import { ethers, impersonate, type Account } from "../../fixtures/chain.ts";
import { NARROW_FIELDS, encodeTerms, setBit, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, freshWorld, type World } from "../../fixtures/world.ts";
import { behavesLikeEveryDeposit } from "./deposits.behavior.ts";

const notify = ({ token, manager }: World, by: Account, terms: Terms, amount: bigint) =>
  token.connect(by)["transfer(address,uint256,bytes)"](manager, amount, encodeTerms(terms));

describe("ChannelManager.tokenReceived", () => {
  let world: World;
  let terms: Terms;
  /** The callback token itself, made to call the manager as it likes. */
  let announce: (amount: bigint, data: string) => ReturnType<World["manager"]["tokenReceived"]>;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.terms();
    const caller = await impersonate(terms.token);
    announce = (amount, data) => world.manager.connect(caller).tokenReceived(world.sender, amount, data);
  });

  behavesLikeEveryDeposit(() => world, {
    payer: ({ sender }) => sender,
    deposit: (world, terms, amount) => notify(world, world.sender, terms, amount),
    attempt: async ({ manager, token, sender }, terms, amount) =>
      manager.connect(await impersonate(await token.getAddress())).tokenReceived(sender, amount, encodeTerms(terms)),
  });

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);

  it("is ERC-223's function and answers 0x8943ec02", async () => {
    const { manager, sender } = world;
    expect(manager.interface.getFunction("tokenReceived").selector).to.equal("0x8943ec02");
    const caller = await impersonate(terms.token);
    const answer = manager.connect(caller).tokenReceived.staticCall(sender, 1n, encodeTerms(terms));
    expect(await answer).to.equal("0x8943ec02");
  });

  describe("when the token says that a stranger paid", () => {
    it("opens the channel all the same", async () => {
      await expect(notify(world, world.relayer, terms, 7n)).to.emit(world.manager, "ChannelOpened");
      await expect(world.giveBack(terms)).to.changeTokenBalance(ethers, world.token, world.sender, 7n);
    });
  });

  describe("given a refused callback", () => {
    it("leaves the tokens with the payer", async () => {
      const before = await world.token.balanceOf(world.sender);
      await refuses(notify(world, world.sender, { ...terms, receiver: ZeroAddress }, 7n), "InvalidTerms");
      expect(await world.token.balanceOf(world.sender)).to.equal(before);
    });
  });

  describe("given the manager calls the callback token itself", () => {
    it("is not called back by a plain pull", async () => {
      await world.manager.connect(world.sender).deposit(terms, DEPOSIT);
      expect((await world.state(terms)).deposit).to.equal(DEPOSIT);
    });
  });

  describe("when the caller is not the callback token", () => {
    it("reverts with UnknownToken for an account", async () => {
      const { manager, sender } = world;
      await refuses(manager.connect(sender).tokenReceived(sender, 1n, encodeTerms(terms)), "UnknownToken");
    });

    it("reverts with UnknownToken for another token with the same code", async () => {
      const { manager, deployer } = world;
      const other = await new MicroToken__factory(deployer).deploy("Micro", "MIC", 18, 100n, deployer);
      const ofOther = await world.terms({ token: await other.getAddress() });
      for (const data of [encodeTerms(terms), encodeTerms(ofOther)]) {
        await refuses(other["transfer(address,uint256,bytes)"](manager, 1n, data), "UnknownToken");
      }
    });

    it("reverts with UnknownToken for a channel in the caller's own token", async () => {
      const { manager, stranger } = world;
      const data = encodeTerms(await world.terms({ token: stranger.address }));
      await refuses(manager.connect(stranger).tokenReceived(stranger, 1n, data), "UnknownToken");
    });
  });

  describe("when the channel is in another token", () => {
    it("reverts with UnknownToken", async () => {
      for (const token of [world.stranger.address, ZeroAddress, world.address]) {
        await refuses(announce(1n, encodeTerms({ ...terms, token })), "UnknownToken");
      }
    });
  });

  describe("given a manager that believes no token", () => {
    const deployDeaf = () => new ChannelManager__factory(world.deployer).deploy(ZeroAddress);

    it("reverts with UnknownToken for every caller", async () => {
      const deaf = await deployDeaf();
      const { token, sender } = world;
      const notifying = token.connect(sender)["transfer(address,uint256,bytes)"](deaf, 1n, encodeTerms(terms));
      await expect(notifying).to.be.revertedWithCustomError(deaf, "UnknownToken");
      const calling = deaf.connect(sender).tokenReceived(sender, 1n, encodeTerms(terms));
      await expect(calling).to.be.revertedWithCustomError(deaf, "UnknownToken");
    });

    it("reverts with UnknownToken in an eth_call without a sender, for a token of zero", async () => {
      const deaf = await deployDeaf();
      const data = encodeTerms({ ...terms, token: ZeroAddress });
      const call = deaf.interface.encodeFunctionData("tokenReceived", [world.sender.address, 1n, data]);
      await expect(
        ethers.provider.call({ to: await deaf.getAddress(), from: ZeroAddress, data: call }),
      ).to.be.revertedWithCustomError(deaf, "UnknownToken");
    });
  });

  describe("when the data are not exactly the terms", () => {
    const cases: [string, (data: string) => string][] = [
      ["no data", () => "0x"],
      ["a byte less", (data) => dataSlice(data, 0, 223)],
      ["a byte more", (data) => concat([data, "0x00"])],
      ["a word more", (data) => concat([data, `0x${"00".repeat(32)}`])],
    ];
    for (const [what, change] of cases) {
      it(`reverts with InvalidTerms for ${what}`, async () => {
        await refuses(announce(1n, change(encodeTerms(terms))), "InvalidTerms");
      });
    }
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with InvalidTerms, whichever field and bit", async () => {
      for (const { word, bits } of NARROW_FIELDS) {
        for (const bit of [bits, 255]) {
          await refuses(announce(1n, setBit(encodeTerms(terms), 32 * word, bit)), "InvalidTerms");
        }
      }
      await announce(1n, encodeTerms(terms));
    });
  });

  describe("when several things are wrong", () => {
    it("says UnknownToken before ZeroAmount and InvalidTerms", async () => {
      const { manager, stranger } = world;
      const byStranger = manager.connect(stranger);
      await refuses(byStranger.tokenReceived(stranger, 0n, encodeTerms(terms)), "UnknownToken");
      await refuses(byStranger.tokenReceived(stranger, 1n, "0x"), "UnknownToken");
      await refuses(announce(0n, encodeTerms({ ...terms, token: stranger.address })), "UnknownToken");
      await refuses(
        announce(1n, encodeTerms({ ...terms, token: stranger.address, sender: ZeroAddress })),
        "UnknownToken",
      );
    });

    it("says ZeroAmount before InvalidTerms for malformed data", async () => {
      await refuses(announce(0n, "0x"), "ZeroAmount");
      await refuses(announce(0n, concat([encodeTerms(terms), "0x00"])), "ZeroAmount");
    });

    // Malformed data name no token and no channel (docs/SPEC.md, "Where the text of the specification left a choice").
    it("says InvalidTerms for malformed data that name another token or come with too much", async () => {
      const foreign = encodeTerms({ ...terms, token: world.stranger.address });
      await refuses(announce(1n, concat([foreign, "0x00"])), "InvalidTerms");
      await refuses(announce(MaxUint256, "0x"), "InvalidTerms");
      await refuses(announce(MaxUint256, concat([encodeTerms(terms), "0x00"])), "InvalidTerms");
    });
  });
});
