/** What holds for every signature that the manager checks; the sentences are those of `every-signature.tree`. */
import { expect } from "chai";
import { getBytes } from "ethers";

import type { Account } from "../../fixtures/chain.ts";
import { FORGED_FORMS } from "../../fixtures/forgeries.ts";
import { structHashOf, type Domain, type MessageType } from "../../fixtures/messages.ts";
import type { Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, NEVER, type Signing, type World } from "../../fixtures/world.ts";

/** A message that the manager takes, and where. */
export interface SignedMessage {
  type: MessageType;
  /** The error for signatures that are none. */
  error: string;
  /** Simulates a call in which everything is right but, perhaps, the signature of this message for `amount`. */
  submit(world: World, terms: Terms, amount: bigint, signature: string): Promise<unknown>;
}

const AMOUNT = DEPOSIT / 2n;

/** @param current The world that the suite's own hook has made for the test. */
export function behavesLikeEverySignature(current: () => World, { type, error, submit }: SignedMessage): void {
  let world: World;
  /** Both sides have named signers. */
  let terms: Terms;
  /** Nobody has. */
  let plain: Terms;
  /** The party whose side signs, its signer, and the other two. */
  let party: Account, signer: Account, other: Account, otherSigner: Account;

  beforeEach(async () => {
    world = current();
    terms = await world.open(await world.signedTerms());
    plain = await world.open();
    const senders: [Account, Account] = [world.sender, world.senderSigner];
    const receivers: [Account, Account] = [world.receiver, world.receiverSigner];
    const [ours, theirs] = type === "ClosingAgreement" ? [receivers, senders] : [senders, receivers];
    [party, signer] = ours;
    [other, otherSigner] = theirs;
  });

  const sign = (how?: Signing, amount = AMOUNT) => world.sign(type, terms, amount, how);
  const accepts = (signature: string, of = terms) => submit(world, of, AMOUNT, signature);
  const refuses = (signature: string, of = terms) =>
    expect(submit(world, of, AMOUNT, signature)).to.be.revertedWithCustomError(world.manager, error);

  it("accepts the named signer's", async () => {
    await accepts(await sign({ by: signer }));
  });

  it("accepts the party's own where no signer is named", async () => {
    await accepts(await world.sign(type, plain, AMOUNT, { by: party }), plain);
  });

  describe("when the key is wrong", () => {
    it("refuses the party's own where a signer is named", async () => {
      await refuses(await sign({ by: party }));
    });

    it("refuses the other side's", async () => {
      await refuses(await sign({ by: other }));
      await refuses(await world.sign(type, plain, AMOUNT, { by: other }), plain);
    });

    it("refuses the other side's signer's", async () => {
      await refuses(await sign({ by: otherSigner }));
    });

    it("refuses a stranger's", async () => {
      await refuses(await sign({ by: world.stranger }));
      await refuses(await world.sign(type, plain, AMOUNT, { by: world.stranger }), plain);
    });
  });

  describe("when the type is wrong", () => {
    it("refuses the same numbers signed as another message", async () => {
      for (const wrong of ["BalanceProof", "ClosingAgreement", "CloseRequest"] as const) {
        if (wrong === type) continue;
        for (const deadline of [NEVER, 0n]) {
          await refuses(await world.sign(wrong, terms, AMOUNT, { by: signer, deadline }));
        }
      }
    });
  });

  describe("when the message is wrong", () => {
    it("refuses one for another channel", async () => {
      const twin = await world.open(await world.signedTerms());
      await refuses(await world.sign(type, twin, AMOUNT));
    });

    it("refuses one for a unit more", async () => {
      await refuses(await sign({}, AMOUNT + 1n));
    });

    it("refuses one for a unit less", async () => {
      await refuses(await sign({}, AMOUNT - 1n));
    });
  });

  describe("when the domain is wrong", () => {
    const domains: [string, (world: World) => Partial<Domain>][] = [
      ["chain", () => ({ chainId: 1n })],
      ["contract", ({ token }) => ({ verifyingContract: token.target.toString() })],
      ["name", () => ({ name: "RMPS Channel Manager " })],
      ["version", () => ({ version: "2" })],
    ];
    for (const [what, deviation] of domains) {
      it(`refuses one for another ${what}`, async () => {
        await refuses(await sign({ domain: deviation(world) }));
      });
    }
  });

  describe("when the form is wrong", () => {
    for (const [what, forge] of Object.entries(FORGED_FORMS)) {
      it(`refuses ${what}`, async () => {
        const genuine = await sign();
        await accepts(genuine);
        for (const forged of forge(genuine)) await refuses(forged);
      });
    }

    it("refuses a personal message of the struct's hash", async () => {
      const message = { channelId: await world.id(terms), amount: AMOUNT, deadline: NEVER };
      await refuses(await signer.signMessage(getBytes(structHashOf(type, message))));
    });
  });
}
