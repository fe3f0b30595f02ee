import { expect } from "chai";
import { parseFacts } from "../src/facts.ts";

const ADDRESS = `0x${"ab".repeat(20)}`;
const good = {
  ...{ chainId: "31337", contract: ADDRESS, block: 4, token: ADDRESS, symbol: "MIC", decimals: 18, receiver: ADDRESS },
  ...{ receiverSigner: ADDRESS, challengePeriod: 3600, suggestedDeposit: "200", price: "2", title: "A dog" },
  ...{ crossSite: false, frame: "/_rmps/web/frame.html", gatewayPath: "/api/1" },
};
const parse = (over: object = {}) => parseFacts(JSON.stringify({ ...good, ...over }));

describe("the facts in the web page", () => {
  it("are read with amounts as integers", () => {
    expect(parse()).to.include({
      chainId: 31337n,
      price: 2n,
      suggestedDeposit: 200n,
      demoRpc: undefined,
      crossSite: false,
    });
    expect(parse({ demoRpc: "http://127.0.0.1:8545" }).demoRpc).to.equal("http://127.0.0.1:8545");
  });

  it("say on what terms the seller pays the network's fee, if it does", () => {
    expect(parse().sponsoring).to.equal(undefined);
    const sponsoring = { methods: ["erc3009"], min_deposit: "12", fee: "2" };
    expect(parse({ sponsoring }).sponsoring).to.deep.equal({ minDeposit: 12n, fee: 2n });
  });

  it("count as led to by another site unless they deny it", () => {
    for (const crossSite of [true, undefined, "false", 0]) expect(parse({ crossSite }).crossSite).to.equal(true);
  });

  const wrong: [string, object][] = [
    ["a missing price", { price: undefined }],
    ["a price with a sign", { price: "-1" }],
    ["a price that is a number", { price: 1 }],
    ["a short address", { receiver: "0x12" }],
    ["negative decimals", { decimals: -1 }],
    ["half a second", { challengePeriod: 0.5 }],
    ["no title", { title: null }],
    ["no API", { gatewayPath: undefined }],
    ["half an offer to sponsor", { sponsoring: { fee: "2" } }],
    ["no frame", { frame: undefined }],
  ];
  for (const [what, over] of wrong) {
    it(`are refused with ${what}`, () => {
      expect(() => parse(over)).to.throw();
    });
  }
});
