import { expect } from "chai";

import { MicroToken__factory } from "../../../typechain-types/index.ts";
import { loadFixture } from "../../fixtures/chain.ts";
import { deployMicroToken, type MicroStage } from "../../fixtures/tokens.ts";
import { behavesLikeEveryERC20 } from "../token/ERC20.behavior.ts";

describe("MicroToken as ERC-20", () => {
  let stage: MicroStage;

  beforeEach(async () => {
    stage = await loadFixture(deployMicroToken);
  });

  behavesLikeEveryERC20(() => stage);

  it("gives the whole supply to the holder, and mints no more", async () => {
    const { token, holder, supply } = stage;
    expect(await token.balanceOf(holder)).to.equal(supply);
    const writing = token.interface.fragments.filter((part) => part.type === "function").map((part) => part.format());
    expect(writing.filter((signature) => /mint|burn|owner|pause/i.test(signature))).to.deep.equal([]);
  });

  it("has the decimals it was given", async () => {
    for (const decimals of [0n, 6n, 255n]) {
      const { deployer, holder } = stage;
      const token = await new MicroToken__factory(deployer).deploy("T", "T", decimals, 1n, holder);
      expect(await token.decimals()).to.equal(decimals);
    }
  });
});
