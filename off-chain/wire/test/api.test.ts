import { addressOf, channelId, signBalanceProof, ZERO_ADDRESS, type Hex, type Terms } from "@rmps/proofs";
import { expect } from "chai";
import { readBundle, readTerms, writeBundle, writeTerms } from "../src/index.ts";
import * as sample from "./support/samples.ts";

/** Not anybody's: made for this test. */
const KEY: Hex = `0x${"07".repeat(32)}`;

const terms: Terms = {
  sender: addressOf(KEY),
  senderSigner: ZERO_ADDRESS,
  receiver: sample.receiver,
  receiverSigner: sample.signer,
  token: sample.token,
  challengePeriod: 3600,
  salt: `0x${"5a".repeat(32)}`,
};

/** Terms as they travel. */
const json = {
  sender: terms.sender,
  sender_signer: ZERO_ADDRESS,
  receiver: sample.receiver,
  receiver_signer: sample.signer,
  token: sample.token,
  challenge_period: 3600,
  salt: terms.salt,
};

describe("terms in JSON", () => {
  it("are written and read under these names", () => {
    expect(writeTerms(terms)).to.deep.equal(json);
    expect(readTerms(json)).to.deep.equal(terms);
    expect(readTerms(JSON.parse(JSON.stringify(json)))).to.deep.equal(terms);
  });

  it("may leave signers out, and have the period as text and addresses in any case", () => {
    const { sender_signer: _, receiver_signer: __, ...parties } = json;
    expect(readTerms(parties)).to.deep.equal({ ...terms, receiverSigner: ZERO_ADDRESS });
    const token = json.token.toUpperCase().replace("0X", "0x");
    expect(readTerms({ ...json, token, challenge_period: "3600" })).to.deep.equal(terms);
  });

  it("are refused, by the name of what is wrong, where no channel can have them", () => {
    const wrong: [unknown, RegExp][] = [
      [undefined, /not terms/],
      [[json], /not terms/],
      [{ ...json, reciever_signer: sample.signer }, /a member that terms do not have/],
      [{ ...json, sender: ZERO_ADDRESS }, /^sender: the zero address/],
      [{ ...json, sender_signer: null }, /^sender_signer: not text/],
      [{ ...json, receiver: undefined }, /^receiver: not text/],
      [{ ...json, receiver_signer: "0x12" }, /^receiver_signer: not an address/],
      [{ ...json, token: 5 }, /^token: not text/],
      [{ ...json, challenge_period: 899 }, /not within 15 minutes/],
      [{ ...json, challenge_period: 3600.5 }, /not within 15 minutes/],
      [{ ...json, challenge_period: "3600.0" }, /^challenge_period: not an amount/],
      [{ ...json, salt: "0x" }, /^salt: not a hash/],
    ];
    for (const [value, error] of wrong) expect(() => readTerms(value), JSON.stringify(value)).to.throw(error);
  });
});

describe("bundles for a watchtower", () => {
  const manager = { chainId: 31337n, contract: sample.contract };
  const id = channelId(terms, manager);
  const proof = signBalanceProof({ ...manager, channelId: id, balance: 50n }, KEY);
  const bundle = { ...manager, id, terms, amount: 40n, balance: 50n, proof };
  const text = {
    chain_id: 31337,
    contract: sample.contract,
    channel_id: id,
    terms: json,
    amount: "40",
    balance: "50",
    proof,
  };

  it("are written and read under these names", () => {
    expect(writeBundle(bundle)).to.deep.equal(text);
    expect(readBundle(text)).to.deep.equal(bundle);
    expect(readBundle({ ...text, chain_id: "31337" })).to.deep.equal(bundle);
  });

  it("are not written for another chain than theirs: an id that a JSON number cannot hold", () => {
    expect(() => writeBundle({ ...bundle, chainId: 2n ** 53n + 1n })).to.throw(RangeError);
  });

  it("are refused where they cannot defend their channel", () => {
    const wrong: [unknown, RegExp][] = [
      [null, /not a bundle/],
      [{ ...text, chain_id: 1.5 }, /^chain_id: not a chain/],
      [{ ...text, chain_id: 1 }, /its id is not that of its terms/],
      [{ ...text, contract: sample.token }, /its id is not that of its terms/],
      [{ ...text, terms: { ...json, salt: id } }, /its id is not that of its terms/],
      [{ ...text, terms: { ...json, salt: 1 } }, /^terms: salt: not text/],
      [{ ...text, amount: "51" }, /above the proof/],
      [{ ...text, balance: "51" }, /not its sender's/],
      [{ ...text, amount: 40 }, /^amount: not text/],
      [{ ...text, proof: "0x" }, /^proof: not a signature/],
    ];
    for (const [value, error] of wrong) expect(() => readBundle(value), JSON.stringify(value)).to.throw(error);
  });
});
