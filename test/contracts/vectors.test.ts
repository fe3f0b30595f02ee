import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { network } from "hardhat";

import { digestOf } from "../fixtures/messages.ts";
import type { Terms } from "../fixtures/terms.ts";
import { vectors, type ChannelVector, type MessageVector } from "../fixtures/vectors.ts";
import { World } from "../fixtures/world.ts";

/** Before every deadline in the vectors. */
const START = "2026-01-01T00:00:00Z";

const REFUSALS = { BalanceProof: "InvalidProof", ClosingAgreement: "InvalidAgreement", CloseRequest: "InvalidRequest" };

/** SPEC H1, H5: ids and digests as ethers and viem make them. */
describe("ChannelManager and the shared test vectors", () => {
  let world: World;

  before(async () => {
    // A chain of its own: only a fresh one has the manager at the vectors' address.
    const { ethers } = await network.create({ override: { initialDate: START } });
    world = await World.deploy(ethers);
    for (const { terms } of ours(vectors.channels)) await world.open(termsOf(terms));
  });

  /** The vectors that are for this very manager. */
  const ours = <T extends { chainId: string; contract: string }>(all: T[]): T[] =>
    all.filter(
      ({ chainId, contract }) => BigInt(chainId) === world.domain.chainId && contract === world.address.toLowerCase(),
    );

  const termsOf = (terms: ChannelVector["terms"]): Terms => ({
    ...terms,
    challengePeriod: BigInt(terms.challengePeriod),
  });

  /** The error with which a simulated call that needs only this message is refused; empty if it is not. */
  async function refusal({ type, message, signature }: MessageVector, terms: Terms): Promise<string> {
    const { manager, sender, stranger } = world;
    const [amount, deadline] = [BigInt(message.balance ?? message.amount ?? 0), BigInt(message.deadline ?? 0)];
    const calls = {
      BalanceProof: () => manager.connect(stranger).settle.staticCall(terms, amount, amount, signature),
      ClosingAgreement: () => manager.connect(sender).close.staticCall(terms, amount, 0n, "0x", deadline, signature),
      CloseRequest: () => manager.connect(stranger).requestClose.staticCall(terms, amount, deadline, signature),
    };
    try {
      await calls[type]();
      return "";
    } catch (error) {
      if (!(error instanceof Error && "data" in error && typeof error.data === "string")) throw error;
      return manager.interface.parseError(error.data)?.name ?? error.data;
    }
  }

  /** The messages for open channels of this manager whose expected signer is the one that the channel's terms name. */
  function* answerable(all: MessageVector[]): Generator<[MessageVector, Terms]> {
    for (const vector of ours(all)) {
      const channel = ours(vectors.channels).find(({ id }) => id === vector.message.channelId);
      const side = vector.type === "ClosingAgreement" ? channel?.receiverSide : channel?.senderSide;
      if (channel !== undefined && side === vector.signer) yield [vector, termsOf(channel.terms)];
    }
  }

  it("stands where the vectors expect it", () => {
    expect(ours(vectors.domains)).to.have.lengthOf(1);
    expect(ours(vectors.channels)).not.to.have.lengthOf(0);
  });

  it("has the domain separator of the vectors", () => {
    expect(ours(vectors.domains)[0]!.separator).to.equal(TypedDataEncoder.hashDomain(world.domain));
  });

  it("gives every channel of the vectors its id", async () => {
    for (const { name, terms, id } of ours(vectors.channels)) {
      expect(await world.manager.channelId(terms), name).to.equal(id);
    }
  });

  it("takes every valid message of the vectors", async () => {
    const taken: string[] = [];
    for (const [vector, terms] of answerable(vectors.messages)) {
      const { balance, amount = balance, deadline = 0, channelId } = vector.message;
      const message = { channelId, amount: BigInt(amount!), deadline: BigInt(deadline) };
      expect(digestOf(world.domain, vector.type, message), vector.name).to.equal(vector.digest);
      const error = await refusal(vector, terms);
      if (error === "SignatureExpired") continue; // its signature was not looked at
      expect(error, vector.name).to.equal(balance === "0" ? "NothingToSettle" : "");
      taken.push(vector.type);
    }
    expect(taken).to.include.members(Object.keys(REFUSALS));
  });

  it("refuses every negative of the vectors", async () => {
    const refused: string[] = [];
    for (const [vector, terms] of answerable(vectors.negatives)) {
      expect(await refusal(vector, terms), vector.name).to.equal(REFUSALS[vector.type]);
      refused.push(vector.type);
    }
    expect(refused).to.include.members(Object.keys(REFUSALS));
  });
});
