import { expect } from "chai";
import { MaxUint256, ZeroAddress, id as hashOf, type Signer } from "ethers";

import {
  DollarToken__factory,
  FeeToken__factory,
  KeyWallet__factory,
  MicroToken__factory,
  PhantomToken__factory,
  SplitSignatureToken__factory,
} from "../../../typechain-types/index.ts";
import type { DollarToken } from "../../../typechain-types/index.ts";
import {
  depositNonce,
  rawNonce,
  signAuthorization,
  type Authorization,
  type AuthorizationType,
} from "../../fixtures/authorization.ts";
import { ethers, nextBlockAt, now } from "../../fixtures/chain.ts";
import { domainOf, type Domain } from "../../fixtures/messages.ts";
import { dirtyCalls, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, freshWorld, type World } from "../../fixtures/world.ts";
import { behavesLikeEveryDeposit } from "./deposits.behavior.ts";

const SALT = hashOf("nonce salt");

interface Deviation extends Partial<Authorization> {
  by?: Signer;
  domain?: Partial<Domain>;
  type?: AuthorizationType;
}

describe("ChannelManager.depositWithAuthorization", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.terms();
  });

  /** An authorization of the sender for this very deposit, but for what deviates. */
  async function authorize(terms: Terms, amount: bigint, deviation: Deviation = {}): Promise<string> {
    const { by = world.sender, domain, type, ...fields } = deviation;
    const token = MicroToken__factory.connect(terms.token, by);
    const right = { from: terms.sender, to: world.address, value: amount, validAfter: 0n, validBefore: MaxUint256 };
    const nonce = depositNonce(await world.id(terms), SALT);
    return signAuthorization(by, { ...(await domainOf(token)), ...domain }, { ...right, nonce, ...fields }, type);
  }

  const submit = (terms: Terms, amount: bigint, signature: string, salt = SALT, after = 0n, before = MaxUint256) =>
    world.manager.connect(world.stranger).depositWithAuthorization(terms, amount, after, before, salt, signature);

  const refuses = (transaction: Promise<unknown>) =>
    expect(transaction).to.be.revertedWithCustomError(world.token, "ERC3009InvalidSignature");

  behavesLikeEveryDeposit(() => world, {
    payer: ({ sender }) => sender,
    deposit: async (_, terms, amount) => submit(terms, amount, await authorize(terms, amount)),
    attempt: (_, terms, amount) => submit(terms, amount, GARBAGE),
  });

  it("returns the id", async () => {
    const call = world.manager.depositWithAuthorization.staticCall;
    const signature = await authorize(terms, 1n);
    expect(await call(terms, 1n, 0n, MaxUint256, SALT, signature)).to.equal(await world.id(terms));
  });

  it("takes from the sender whoever submits, and nothing from the submitter", async () => {
    const { manager, token, sender, relayer } = world;
    const signature = await authorize(terms, DEPOSIT);
    await expect(
      manager.connect(relayer).depositWithAuthorization(terms, DEPOSIT, 0n, MaxUint256, SALT, signature),
    ).to.changeTokenBalances(ethers, token, [sender, relayer, manager], [-DEPOSIT, 0n, DEPOSIT]);
  });

  it("uses up the nonce made of id and salt, its lowest 64 bits cleared", async () => {
    const nonce = depositNonce(await world.id(terms), SALT);
    expect(nonce.slice(-16)).to.equal("0".repeat(16));
    await expect(submit(terms, DEPOSIT, await authorize(terms, DEPOSIT)))
      .to.emit(world.token, "AuthorizationUsed")
      .withArgs(world.sender, nonce);
  });

  describe("when it is submitted twice", () => {
    it("reverts with the error of the token", async () => {
      const signature = await authorize(terms, DEPOSIT);
      await submit(terms, DEPOSIT, signature);
      await expect(submit(terms, DEPOSIT, signature)).to.be.revertedWithCustomError(world.token, "InvalidAccountNonce");
    });
  });

  describe("when two authorizations differ in the nonce salt", () => {
    it("takes both, in any order", async () => {
      const salts = [hashOf("first"), hashOf("second")];
      const id = await world.id(terms);
      const sign = (salt: string) => authorize(terms, 1n, { nonce: depositNonce(id, salt) });
      for (const salt of salts.reverse()) await submit(terms, 1n, await sign(salt), salt);
      expect((await world.state(terms)).deposit).to.equal(2n);
    });
  });

  describe("when the authorization was not signed for this deposit", () => {
    it("is refused for another channel", async () => {
      await refuses(submit(await world.terms(), 1n, await authorize(terms, 1n)));
      await refuses(submit({ ...terms, receiver: world.stranger.address }, 1n, await authorize(terms, 1n)));
    });

    it("is refused for another amount", async () => {
      await refuses(submit(terms, 2n, await authorize(terms, 1n)));
    });

    it("is refused for another validAfter", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { validAfter: 1n })));
    });

    it("is refused for another validBefore", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { validBefore: MaxUint256 - 1n })));
    });

    it("is refused for another nonce salt", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n), hashOf("another")));
    });

    it("is refused for another payee", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { to: world.receiver.address })));
    });

    it("is refused on another chain", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { domain: { chainId: 1n } })));
    });

    it("is refused for another token", async () => {
      const domain = { verifyingContract: world.address };
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { domain })));
    });

    it("is refused as a TransferWithAuthorization", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { type: "TransferWithAuthorization" })));
    });

    it("is refused with the nonce's lowest bits not cleared", async () => {
      const nonce = rawNonce(await world.id(terms), SALT);
      expect(nonce.slice(-16)).not.to.equal("0".repeat(16));
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { nonce })));
    });
  });

  describe("when the key is not the sender's", () => {
    it("is refused from a stranger", async () => {
      await refuses(submit(terms, 1n, await authorize(terms, 1n, { by: world.stranger })));
    });

    it("is refused from the sender's signer", async () => {
      const signed = await world.signedTerms();
      await refuses(submit(signed, 1n, await authorize(signed, 1n, { by: world.senderSigner })));
    });
  });

  describe("when it is too early", () => {
    it("reverts with the error of the token", async () => {
      const validAfter = (await now()) + 100n;
      const signature = await authorize(terms, 1n, { validAfter });
      await nextBlockAt(validAfter);
      await expect(submit(terms, 1n, signature, SALT, validAfter)).to.be.revertedWithCustomError(
        world.token,
        "ERC3009InvalidAuthorizationTime",
      );
      await nextBlockAt(validAfter + 1n);
      await submit(terms, 1n, signature, SALT, validAfter);
    });
  });

  describe("when it is too late", () => {
    it("reverts with the error of the token", async () => {
      const validBefore = (await now()) + 100n;
      const signature = await authorize(terms, 1n, { validBefore });
      await nextBlockAt(validBefore);
      await expect(submit(terms, 1n, signature, SALT, 0n, validBefore)).to.be.revertedWithCustomError(
        world.token,
        "ERC3009InvalidAuthorizationTime",
      );
    });
  });

  describe("when the sender has not enough", () => {
    it("reverts with the error of the token", async () => {
      const poor = await world.terms({ sender: world.stranger.address });
      const signature = await authorize(poor, 1n, { by: world.stranger });
      await expect(submit(poor, 1n, signature)).to.be.revertedWithCustomError(world.token, "ERC20InsufficientBalance");
    });
  });

  describe("given a sender that is a contract wallet", () => {
    it("takes the wallet's ERC-1271 signature", async () => {
      const wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
      const ofWallet = await world.terms({ sender: await wallet.getAddress() });
      await world.token.connect(world.sender)["transfer(address,uint256)"](wallet, 7n);
      await refuses(submit(ofWallet, 7n, await authorize(ofWallet, 7n)));
      await submit(ofWallet, 7n, await authorize(ofWallet, 7n, { by: world.stranger }));
      expect((await world.state(ofWallet)).deposit).to.equal(7n);
    });
  });

  describe("given an authorization seen in the mempool", () => {
    it("cannot be spent at the token itself", async () => {
      const signature = await authorize(terms, 1n);
      const nonce = depositNonce(await world.id(terms), SALT);
      await expect(
        world.token
          .connect(world.stranger)
          ["receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"](
            world.sender,
            world.address,
            1n,
            0n,
            MaxUint256,
            nonce,
            signature,
          ),
      ).to.be.revertedWithCustomError(world.token, "ERC20InvalidReceiver");
      await submit(terms, 1n, signature);
    });
  });

  describe("given a token with unordered nonces", () => {
    let dollar: DollarToken;
    let inDollars: Terms;

    beforeEach(async () => {
      dollar = await new DollarToken__factory(world.deployer).deploy();
      await dollar.mint(world.sender, DEPOSIT);
      inDollars = await world.terms({ token: await dollar.getAddress() });
    });

    it("opens the channel", async () => {
      await submit(inDollars, 7n, await authorize(inDollars, 7n));
      expect((await world.state(inDollars)).deposit).to.equal(7n);
      expect(await dollar.balanceOf(world.manager)).to.equal(7n);
    });

    it("refuses an authorization that was used", async () => {
      const signature = await authorize(inDollars, 7n);
      await submit(inDollars, 7n, signature);
      await expect(submit(inDollars, 7n, signature)).to.be.revertedWithCustomError(dollar, "ERC3009UsedAuthorization");
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

  describe("when the token knows only the form with v, r and s", () => {
    it("reverts", async () => {
      const token = await new SplitSignatureToken__factory(world.deployer).deploy();
      await token.mint(world.sender, DEPOSIT);
      const split = await world.terms({ token: await token.getAddress() });
      await expect(submit(split, 1n, await authorize(split, 1n))).to.be.revertedWithoutReason(ethers);
    });
  });

  describe("when the token lets unknown calls succeed", () => {
    it("reverts with TransferMismatch", async () => {
      const token = await new PhantomToken__factory(world.deployer).deploy();
      await token.mint(world.sender, DEPOSIT);
      const phantom = await world.terms({ token: await token.getAddress() });
      await expect(submit(phantom, 1n, GARBAGE)).to.be.revertedWithCustomError(world.manager, "TransferMismatch");
    });
  });

  describe("when the token keeps a fee", () => {
    it("reverts with TransferMismatch", async () => {
      const token = await new FeeToken__factory(world.deployer).deploy(DEPOSIT, world.sender);
      const fee = await world.terms({ token: await token.getAddress() });
      await expect(submit(fee, 1_000n, await authorize(fee, 1_000n))).to.be.revertedWithCustomError(
        world.manager,
        "TransferMismatch",
      );
      await submit(fee, 99n, await authorize(fee, 99n)); // too little for the fee to show
    });
  });

  describe("when a field of the terms has dirty bits", () => {
    it("reverts with InvalidTerms", async () => {
      const { address: to, manager, sender } = world;
      const values = [terms, 1n, 0n, MaxUint256, SALT, await authorize(terms, 1n)] as const;
      const call = manager.interface.encodeFunctionData("depositWithAuthorization", [...values]);
      await sender.call({ to, data: call });
      for (const data of dirtyCalls(call))
        await expect(sender.call({ to, data })).to.be.revertedWithCustomError(manager, "InvalidTerms");
    });
  });
});
