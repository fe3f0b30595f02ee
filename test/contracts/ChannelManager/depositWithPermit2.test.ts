import { expect } from "chai";
import { MaxUint256, TypedDataEncoder, ZeroAddress, type Signer } from "ethers";

import { FeeToken__factory, KeyWallet__factory, VoidToken__factory } from "../../../typechain-types/index.ts";
import { ethers, loadFixture, nextBlockAt, now } from "../../fixtures/chain.ts";
import {
  PERMIT2,
  PERMIT_TYPES,
  WITNESS_TYPE_STRING,
  deployPermit2,
  permit2,
  permit2Domain,
  signPermit,
  type Permit,
} from "../../fixtures/permit2.ts";
import { dirtyCalls, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, NEVER, World, freshWorld } from "../../fixtures/world.ts";
import { behavesLikeEveryDeposit } from "./deposits.behavior.ts";

interface Deviation extends Partial<Permit> {
  by?: Signer;
  chainId?: bigint;
}

async function deployWorldWithPermit2(): Promise<World> {
  const world = await World.deploy();
  await deployPermit2(world.deployer);
  await world.token.connect(world.sender).approve(PERMIT2, MaxUint256);
  return world;
}

describe("ChannelManager.depositWithPermit2", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await loadFixture(deployWorldWithPermit2);
    terms = await world.terms();
  });

  /** A permit of the sender for this very deposit, but for what deviates. */
  async function permit(terms: Terms, amount: bigint, deviation: Deviation = {}): Promise<string> {
    const { by = world.sender, chainId = world.domain.chainId, ...fields } = deviation;
    const permitted = { token: terms.token, amount };
    const right = { permitted, spender: world.address, nonce: nonces, deadline: NEVER };
    return signPermit(by, chainId, { ...right, witness: { channelId: await world.id(terms) }, ...fields });
  }

  /** Permit2's nonces are used up: each deposit takes another. */
  let nonces = 0n;

  const submit = (terms: Terms, amount: bigint, signature: string, nonce = nonces, deadline = NEVER) =>
    world.manager.connect(world.stranger).depositWithPermit2(terms, amount, nonce, deadline, signature);

  const refuses = (transaction: Promise<unknown>, error = "InvalidSigner") =>
    expect(transaction).to.be.revertedWithCustomError(permit2(world.stranger), error);

  behavesLikeEveryDeposit(() => world, {
    payer: ({ sender }) => sender,
    deposit: async (_, terms, amount) => {
      nonces++;
      return submit(terms, amount, await permit(terms, amount));
    },
    attempt: (_, terms, amount) => submit(terms, amount, GARBAGE),
  });

  it("runs against Permit2's own code at its own address", async () => {
    const { DOMAIN_SEPARATOR } = permit2(world.stranger);
    expect(await DOMAIN_SEPARATOR!()).to.equal(TypedDataEncoder.hashDomain(permit2Domain(world.domain.chainId)));
    // ethers' encoding of the types below ends in the very string that the manager passes.
    expect(TypedDataEncoder.from(PERMIT_TYPES).encodeType("PermitWitnessTransferFrom")).to.equal(
      `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,${WITNESS_TYPE_STRING}`,
    );
  });

  it("returns the id", async () => {
    const call = world.manager.depositWithPermit2.staticCall;
    expect(await call(terms, 1n, nonces, NEVER, await permit(terms, 1n))).to.equal(await world.id(terms));
  });

  it("takes from the sender whoever submits, and nothing from the submitter", async () => {
    const { manager, token, sender, relayer } = world;
    const signature = await permit(terms, DEPOSIT);
    await expect(
      manager.connect(relayer).depositWithPermit2(terms, DEPOSIT, nonces, NEVER, signature),
    ).to.changeTokenBalances(ethers, token, [sender, relayer, manager], [-DEPOSIT, 0n, DEPOSIT]);
  });

  it("uses up the nonce", async () => {
    await submit(terms, 1n, await permit(terms, 1n, { nonce: 256n + 3n }), 256n + 3n);
    const { nonceBitmap } = permit2(world.stranger);
    expect(await nonceBitmap!(world.sender, 1n)).to.equal(1n << 3n);
  });

  describe("when it is submitted twice", () => {
    it("reverts with the error of Permit2", async () => {
      const signature = await permit(terms, 1n);
      await submit(terms, 1n, signature);
      await refuses(submit(terms, 1n, signature), "InvalidNonce");
    });
  });

  describe("when two permits differ in the nonce", () => {
    it("takes both, in any order", async () => {
      for (const nonce of [9n, 8n]) await submit(terms, 1n, await permit(terms, 1n, { nonce }), nonce);
      expect((await world.state(terms)).deposit).to.equal(2n);
    });
  });

  describe("when the permit was not signed for this deposit", () => {
    it("is refused for another channel", async () => {
      await refuses(submit(await world.terms(), 1n, await permit(terms, 1n)));
      await refuses(submit({ ...terms, receiver: world.stranger.address }, 1n, await permit(terms, 1n)));
    });

    it("is refused for another amount", async () => {
      await refuses(submit(terms, 1n, await permit(terms, 2n)));
      await refuses(submit(terms, 2n, await permit(terms, 1n)));
    });

    it("is refused for another nonce", async () => {
      await refuses(submit(terms, 1n, await permit(terms, 1n, { nonce: nonces + 1n })));
    });

    it("is refused for another deadline", async () => {
      await refuses(submit(terms, 1n, await permit(terms, 1n, { deadline: NEVER - 1n })));
    });

    it("is refused for another spender", async () => {
      await refuses(submit(terms, 1n, await permit(terms, 1n, { spender: world.stranger.address })));
    });

    it("is refused for another token", async () => {
      const permitted = { token: world.stranger.address, amount: 1n };
      await refuses(submit(terms, 1n, await permit(terms, 1n, { permitted })));
    });

    it("is refused on another chain", async () => {
      await refuses(submit(terms, 1n, await permit(terms, 1n, { chainId: 1n })));
    });

    it("is refused for another witness type", async () => {
      const { PermitWitnessTransferFrom: fields, TokenPermissions } = PERMIT_TYPES;
      const types = {
        PermitWitnessTransferFrom: fields.map((field) =>
          field.name === "witness" ? { name: "witness", type: "ChannelTopUp" } : field,
        ),
        ChannelTopUp: [{ name: "channelId", type: "bytes32" }],
        TokenPermissions,
      };
      const witness = { channelId: await world.id(terms) };
      const value = { permitted: { token: terms.token, amount: 1n }, spender: world.address, nonce: nonces };
      const domain = permit2Domain(world.domain.chainId);
      const signature = await world.sender.signTypedData(domain, types, { ...value, deadline: NEVER, witness });
      await refuses(submit(terms, 1n, signature));
    });

    it("is refused without a witness", async () => {
      const { PermitWitnessTransferFrom: fields, TokenPermissions } = PERMIT_TYPES;
      const types = { PermitTransferFrom: fields.filter(({ name }) => name !== "witness"), TokenPermissions };
      const value = { permitted: { token: terms.token, amount: 1n }, spender: world.address, nonce: nonces };
      const domain = permit2Domain(world.domain.chainId);
      await refuses(submit(terms, 1n, await world.sender.signTypedData(domain, types, { ...value, deadline: NEVER })));
    });
  });

  describe("when the key is not the sender's", () => {
    it("is refused from a stranger", async () => {
      await refuses(submit(terms, 1n, await permit(terms, 1n, { by: world.stranger })));
    });

    it("is refused from the sender's signer", async () => {
      const signed = await world.signedTerms();
      await refuses(submit(signed, 1n, await permit(signed, 1n, { by: world.senderSigner })));
    });
  });

  describe("when the deadline is now", () => {
    it("opens the channel", async () => {
      const deadline = (await now()) + 100n;
      const signature = await permit(terms, 1n, { deadline });
      await nextBlockAt(deadline);
      await submit(terms, 1n, signature, nonces, deadline);
    });
  });

  describe("when the deadline has passed", () => {
    it("reverts with the error of Permit2", async () => {
      const deadline = (await now()) + 100n;
      const signature = await permit(terms, 1n, { deadline });
      await nextBlockAt(deadline + 1n);
      await refuses(submit(terms, 1n, signature, nonces, deadline), "SignatureExpired").withArgs(deadline);
    });
  });

  describe("when the sender has not approved Permit2", () => {
    it("reverts with the error of Permit2", async () => {
      await world.token.connect(world.sender).approve(PERMIT2, 0n);
      await expect(submit(terms, 1n, await permit(terms, 1n))).to.be.revertedWith("TRANSFER_FROM_FAILED");
    });
  });

  describe("given a sender that is a contract wallet", () => {
    it("takes the wallet's ERC-1271 signature", async () => {
      const { deployer, stranger, token } = world;
      const wallet = await new KeyWallet__factory(deployer).deploy(stranger);
      await token.connect(world.sender)["transfer(address,uint256)"](wallet, 7n);
      const data = token.interface.encodeFunctionData("approve", [PERMIT2, 7n]);
      await wallet.execute([{ target: token, data }]);
      const ofWallet = await world.terms({ sender: await wallet.getAddress() });
      await refuses(submit(ofWallet, 7n, await permit(ofWallet, 7n)), "InvalidContractSignature");
      await submit(ofWallet, 7n, await permit(ofWallet, 7n, { by: stranger }));
      expect((await world.state(ofWallet)).deposit).to.equal(7n);
    });
  });

  describe("given a permit seen in the mempool", () => {
    it("cannot be spent at Permit2 by another spender", async () => {
      const { permitWitnessTransferFrom } = permit2(world.stranger);
      const channelId = await world.id(terms);
      await refuses(
        permitWitnessTransferFrom!(
          { permitted: { token: terms.token, amount: 1n }, nonce: nonces, deadline: NEVER },
          { to: world.stranger.address, requestedAmount: 1n },
          world.sender.address,
          TypedDataEncoder.hashStruct("ChannelDeposit", { ChannelDeposit: PERMIT_TYPES.ChannelDeposit }, { channelId }),
          WITNESS_TYPE_STRING,
          await permit(terms, 1n),
        ),
      );
    });
  });

  describe("given a token that returns nothing", () => {
    it("opens the channel", async () => {
      const { deployer, manager, sender } = world;
      const token = await new VoidToken__factory(deployer).deploy();
      await token.mint(sender, 7n);
      await token.connect(sender).approve(PERMIT2, 7n);
      const inVoid = await world.terms({ token: await token.getAddress() });
      await submit(inVoid, 7n, await permit(inVoid, 7n));
      expect(await token.balanceOf(manager)).to.equal(7n);
    });
  });

  describe("when the token keeps a fee", () => {
    it("reverts with TransferMismatch", async () => {
      const token = await new FeeToken__factory(world.deployer).deploy(DEPOSIT, world.sender);
      await token.connect(world.sender).approve(PERMIT2, MaxUint256);
      const fee = await world.terms({ token: await token.getAddress() });
      const transaction = submit(fee, 1_000n, await permit(fee, 1_000n));
      await expect(transaction).to.be.revertedWithCustomError(world.manager, "TransferMismatch");
    });
  });

  describe("when the token is zero", () => {
    it("reverts with InvalidTerms", async () => {
      const none = await world.terms({ token: ZeroAddress });
      await expect(submit(none, 1n, GARBAGE)).to.be.revertedWithCustomError(world.manager, "InvalidTerms");
    });
  });

  describe("when the token has no code", () => {
    it("reverts with SafeERC20FailedOperation", async () => {
      const bare = await world.terms({ token: world.stranger.address });
      await expect(submit(bare, 1n, GARBAGE)).to.be.revertedWithCustomError(world.manager, "SafeERC20FailedOperation");
    });
  });

  describe("given a chain without Permit2", () => {
    it("reverts", async () => {
      world = await freshWorld();
      expect(await ethers.provider.getCode(PERMIT2)).to.equal("0x");
      terms = await world.terms();
      await expect(submit(terms, 1n, await permit(terms, 1n))).to.be.revertedWithoutReason(ethers);
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with InvalidTerms", async () => {
      const { address: to, manager, sender } = world;
      const values = [terms, 1n, nonces, NEVER, await permit(terms, 1n)] as const;
      const call = manager.interface.encodeFunctionData("depositWithPermit2", [...values]);
      await sender.call({ to, data: call });
      for (const data of dirtyCalls(call))
        await expect(sender.call({ to, data })).to.be.revertedWithCustomError(manager, "InvalidTerms");
    });
  });
});
