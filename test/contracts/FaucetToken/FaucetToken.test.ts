import { expect } from "chai";
import { ZeroAddress, parseUnits } from "ethers";

import { FaucetToken__factory, RecordingRecipient__factory } from "../../../typechain-types/index.ts";
import { ethers, loadFixture, nextBlockAt, now } from "../../fixtures/chain.ts";
import { behavesLikeEveryERC20 } from "../token/ERC20.behavior.ts";

const FAUCET = { name: "Faucet Micro", symbol: "FMIC", decimals: 6n, supply: parseUnits("1000", 6) };
const DRIP = parseUnits("100", 6);
const INTERVAL = 3_600n;

async function deployFaucet() {
  const [deployer, holder, other, spender] = await ethers.getSigners();
  if (!deployer || !holder || !other || !spender) throw new Error("too few accounts");
  const { name, symbol, decimals, supply } = FAUCET;
  const token = await new FaucetToken__factory(deployer).deploy(name, symbol, decimals, supply, holder);
  return { ...FAUCET, token, deployer, holder, other, spender };
}

describe("FaucetToken", () => {
  let stage: Awaited<ReturnType<typeof deployFaucet>>;

  beforeEach(async () => {
    stage = await loadFixture(deployFaucet);
  });

  behavesLikeEveryERC20(() => stage);

  it("is a MicroToken that notifies", async () => {
    const recipient = await new RecordingRecipient__factory(stage.deployer).deploy("0x8943ec02");
    await stage.token.connect(stage.holder)["transfer(address,uint256,bytes)"](recipient, 7n, "0x");
    expect(await recipient.amount()).to.equal(7n);
  });

  describe("drip", () => {
    const drip = (by = stage.other) => stage.token.connect(by).drip();

    it("gives the caller a hundred tokens of its decimals, and logs them", async () => {
      const { token, other, supply } = stage;
      expect(await token.DRIP_AMOUNT()).to.equal(DRIP);
      const transaction = drip();
      await expect(transaction).to.changeTokenBalance(ethers, token, other, DRIP);
      await expect(transaction).to.emit(token, "Transfer").withArgs(ZeroAddress, other, DRIP);
      expect(await token.totalSupply()).to.equal(supply + DRIP);
    });

    it("gives anyone some", async () => {
      await drip(stage.other);
      await expect(drip(stage.spender)).to.changeTokenBalance(ethers, stage.token, stage.spender, DRIP);
    });

    it("tells when the caller may come again", async () => {
      expect(await stage.token.DRIP_INTERVAL()).to.equal(INTERVAL);
      expect(await stage.token.nextDrip(stage.other)).to.equal(0n);
      await drip();
      expect(await stage.token.nextDrip(stage.other)).to.equal((await now()) + INTERVAL);
    });

    it("gives again an interval later", async () => {
      await drip();
      await nextBlockAt(await stage.token.nextDrip(stage.other));
      await drip();
      expect(await stage.token.balanceOf(stage.other)).to.equal(2n * DRIP);
    });

    it("reverts with DripTooSoon a second before", async () => {
      const refuses = (transaction: Promise<unknown>) =>
        expect(transaction).to.be.revertedWithCustomError(stage.token, "DripTooSoon");
      await drip();
      const next = await stage.token.nextDrip(stage.other);
      await refuses(drip()).withArgs(next);
      await nextBlockAt(next - 1n);
      await refuses(drip()).withArgs(next);
    });
  });
});
