import { expect } from "chai";
import { Wallet, dataSlice, id as hashOf, zeroPadValue, type AddressLike, type BaseWallet, type Signer } from "ethers";

import {
  AcceptingWallet__factory,
  BytesWallet__factory,
  GarbageWallet__factory,
  GasBurningWallet__factory,
  KeyWallet__factory,
  RevertingWallet__factory,
} from "../../../typechain-types/index.ts";
import type { KeyWallet } from "../../../typechain-types/index.ts";
import { ethers, networkHelpers } from "../../fixtures/chain.ts";
import { digestOf } from "../../fixtures/messages.ts";
import type { Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, GARBAGE, NEVER, freshWorld, type World } from "../../fixtures/world.ts";

const AMOUNT = DEPOSIT / 5n;
const MAGIC = "0x1626ba7e";

describe("ChannelManager and wallets", () => {
  let world: World;

  beforeEach(async () => {
    world = await freshWorld();
  });

  const addressOf = (account: AddressLike) => ethers.resolveAddress(account);

  /** The sender's close, by an agreement. */
  const close = (terms: Terms, agreement: string, by: Signer = world.sender) =>
    world.manager.connect(by).close(terms, AMOUNT, 0n, "0x", NEVER, agreement);
  /** A stranger's request for a close. */
  const requestClose = (terms: Terms, request: string) =>
    world.manager.connect(world.stranger).requestClose(terms, AMOUNT, NEVER, request);
  const settle = (terms: Terms, proof: string) =>
    world.manager.connect(world.stranger).settle(terms, AMOUNT, AMOUNT, proof);

  const refuses = (transaction: Promise<unknown>, error: string) =>
    expect(transaction).to.be.revertedWithCustomError(world.manager, error);
  const settled = async (terms: Terms) => (await world.state(terms)).settled;

  const openTo = async (receiver: AddressLike) => world.open({ receiver: await addressOf(receiver) });
  const openFrom = async (sender: AddressLike) => world.open({ sender: await addressOf(sender) });

  describe("given a receiver that is a contract wallet", () => {
    let wallet: KeyWallet;
    let terms: Terms;

    beforeEach(async () => {
      wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
      terms = await openTo(wallet);
    });

    it("takes the wallet's agreement", async () => {
      await refuses(close(terms, await world.agreement(terms, AMOUNT, { by: world.receiver })), "InvalidAgreement");
      await close(terms, await world.agreement(terms, AMOUNT, { by: world.stranger }));
      expect(await world.token.balanceOf(wallet)).to.equal(AMOUNT);
    });

    it("takes bytes of any length, unchanged", async () => {
      for (const bytes of ["0x", "0x5a", GARBAGE, `0x${"c3".repeat(1_000)}`]) {
        const notary = await new BytesWallet__factory(world.deployer).deploy();
        const channel = await openTo(notary);
        const message = { channelId: await world.id(channel), amount: AMOUNT, deadline: NEVER };
        await notary.agree(digestOf(world.domain, "ClosingAgreement", message), bytes);
        await refuses(close(channel, `${bytes}00`), "InvalidAgreement");
        await close(channel, bytes);
      }
    });

    it("refuses the agreement when the wallet changed its mind", async () => {
      const agreement = await world.agreement(terms, AMOUNT, { by: world.stranger });
      await wallet.setKey(world.relayer);
      await refuses(close(terms, agreement), "InvalidAgreement");
    });

    it("lets the wallet call close itself", async () => {
      const { manager, address: target } = world;
      const proof = await world.proof(terms, AMOUNT);
      const data = manager.interface.encodeFunctionData("close", [terms, AMOUNT, AMOUNT, proof, 0n, "0x"]);
      await wallet.execute([{ target, data }]);
      expect(await settled(terms)).to.equal(AMOUNT);
    });
  });

  describe("given a sender that is a contract wallet", () => {
    let wallet: KeyWallet;
    let terms: Terms;

    beforeEach(async () => {
      wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
      terms = await openFrom(wallet);
    });

    it("takes the wallet's request", async () => {
      await refuses(requestClose(terms, await world.request(terms, AMOUNT, { by: world.sender })), "InvalidRequest");
      await requestClose(terms, await world.request(terms, AMOUNT, { by: world.stranger }));
      expect(await settled(terms)).to.equal(AMOUNT);
    });

    it("refuses the request when the wallet changed its mind", async () => {
      const request = await world.request(terms, AMOUNT, { by: world.stranger });
      await wallet.setKey(world.relayer);
      await refuses(requestClose(terms, request), "InvalidRequest");
    });

    it("lets the wallet call requestClose itself", async () => {
      const { manager, address: target } = world;
      const data = manager.interface.encodeFunctionData("requestClose", [terms, AMOUNT, 0n, "0x"]);
      await wallet.execute([{ target, data }]);
      await world.passPeriod(terms);
      await manager.finalize(terms);
      expect(await world.token.balanceOf(wallet)).to.equal(DEPOSIT - AMOUNT);
    });

    it("takes no proof of the wallet's", async () => {
      await refuses(settle(terms, await world.proof(terms, AMOUNT, { by: world.stranger })), "InvalidProof");
      const accepting = await openFrom(await new AcceptingWallet__factory(world.deployer).deploy());
      await refuses(settle(accepting, GARBAGE), "InvalidProof");
    });
  });

  describe("given a signer that is a contract wallet", () => {
    it("asks the signer, not the party", async () => {
      const wallet = await new KeyWallet__factory(world.deployer).deploy(world.stranger);
      const accepting = await new AcceptingWallet__factory(world.deployer).deploy();
      const [signer, party] = [await addressOf(wallet), await addressOf(accepting)];
      const terms = await world.open({ receiver: party, receiverSigner: signer });
      await refuses(close(terms, GARBAGE), "InvalidAgreement");
      await close(terms, await world.agreement(terms, AMOUNT, { by: world.stranger }));
      const requested = await world.open({ sender: party, senderSigner: signer });
      await refuses(requestClose(requested, GARBAGE), "InvalidRequest");
      await requestClose(requested, await world.request(requested, AMOUNT, { by: world.stranger }));
    });
  });

  const unwilling = [
    ["reverts", () => new RevertingWallet__factory(world.deployer).deploy()],
    ["burns gas", () => new GasBurningWallet__factory(world.deployer).deploy()],
  ] as const;
  for (const [what, deploy] of unwilling) {
    describe(`given a wallet that ${what}`, () => {
      it("reverts with InvalidAgreement", async () => {
        await refuses(close(await openTo(await deploy()), GARBAGE), "InvalidAgreement");
      });

      it("reverts with InvalidRequest", async () => {
        await refuses(requestClose(await openFrom(await deploy()), GARBAGE), "InvalidRequest");
      });
    });
  }

  describe("given a wallet that answers garbage", () => {
    const word = MAGIC + "00".repeat(28);
    const answers: [string, string][] = [
      ["nothing at all", "0x"],
      ["zero", `0x${"00".repeat(32)}`],
      ["another selector", `0xffffffff${"00".repeat(28)}`],
      ["the selector right-aligned", zeroPadValue(MAGIC, 32)],
      ["less than a word", dataSlice(word, 0, 31)],
      ["the selector with dirt behind it", `${word.slice(0, -1)}1`],
    ];
    for (const [what, answer] of answers) {
      it(`refuses ${what}`, async () => {
        const wallet = await new GarbageWallet__factory(world.deployer).deploy();
        const terms = await openTo(wallet);
        await wallet.setAnswer(answer);
        await refuses(close(terms, GARBAGE), "InvalidAgreement");
        await wallet.setAnswer(word);
        await close(terms, GARBAGE);
      });
    }
  });

  describe("given a contract without ERC-1271", () => {
    it("reverts with InvalidAgreement", async () => {
      await refuses(close(await openTo(world.token), GARBAGE), "InvalidAgreement");
    });
  });

  describe("given an account without code", () => {
    it("reverts with InvalidAgreement for what no key signed", async () => {
      const terms = await world.open();
      for (const bytes of ["0x", GARBAGE, `0x${"00".repeat(65)}`])
        await refuses(close(terms, bytes), "InvalidAgreement");
    });
  });

  describe("given an account that gets code after signing", () => {
    /** A key whose account can be given code by a real EIP-7702 transaction. */
    let key: BaseWallet;

    beforeEach(async () => {
      key = new Wallet(hashOf("a key that delegates"), ethers.provider);
      await networkHelpers.setBalance(key.address, 10n ** 20n);
    });

    async function delegate(to: AddressLike): Promise<void> {
      const address = await addressOf(to);
      const nonce = (await key.getNonce()) + 1; // its own transaction comes first
      const authorization = await key.authorize({ address, nonce, chainId: world.domain.chainId });
      await (
        await key.sendTransaction({ type: 4, to: world.relayer.address, authorizationList: [authorization] })
      ).wait();
      expect(await ethers.provider.getCode(key)).to.equal(`0xef0100${address.slice(2).toLowerCase()}`);
    }

    it("still takes the proof where the code refuses everything", async () => {
      const terms = await openFrom(key);
      const proof = await world.proof(terms, AMOUNT, { by: key });
      await delegate(await new RevertingWallet__factory(world.deployer).deploy());
      await settle(terms, proof);
      expect(await settled(terms)).to.equal(AMOUNT);
    });

    it("still takes the agreement where the code reverts", async () => {
      const terms = await openTo(key);
      const agreement = await world.agreement(terms, AMOUNT, { by: key });
      await delegate(await new RevertingWallet__factory(world.deployer).deploy());
      await close(terms, agreement);
    });

    it("still takes the request where the code burns gas", async () => {
      const terms = await openFrom(key);
      const request = await world.request(terms, AMOUNT, { by: key });
      await delegate(await new GasBurningWallet__factory(world.deployer).deploy());
      await requestClose(terms, request);
    });

    it("takes no proof that only the code accepts", async () => {
      const terms = await openFrom(key);
      await delegate(await new AcceptingWallet__factory(world.deployer).deploy());
      await refuses(settle(terms, GARBAGE), "InvalidProof");
      await refuses(settle(terms, await world.proof(terms, AMOUNT, { by: world.stranger })), "InvalidProof");
    });

    it("takes an agreement that the code accepts", async () => {
      const terms = await openTo(key);
      await refuses(close(terms, GARBAGE), "InvalidAgreement");
      await delegate(await new AcceptingWallet__factory(world.deployer).deploy());
      await close(terms, GARBAGE);
    });
  });

  describe("given a sender that got code", () => {
    it("still pays out and refunds", async () => {
      const terms = await world.open();
      const burning = await new GasBurningWallet__factory(world.deployer).deploy();
      const code = await ethers.provider.getCode(burning);
      const proof = await world.proof(terms, AMOUNT);
      await networkHelpers.setCode(terms.sender, code);
      await networkHelpers.setCode(terms.receiver, code);
      await expect(settle(terms, proof)).to.changeTokenBalance(ethers, world.token, terms.receiver, AMOUNT);
      await expect(world.giveBack(terms)).to.changeTokenBalance(ethers, world.token, terms.sender, DEPOSIT - AMOUNT);
    });
  });
});
