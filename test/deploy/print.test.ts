import { planDeployment, TEST_NETWORKS, type Prepared } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { currencyOf, showPrepared } from "../../deploy/tool/print.ts";

const GWEI = 10n ** 9n;

describe("what the deployment tool prints", () => {
  it("names each chain's own currency", () => {
    const symbols = [...TEST_NETWORKS.keys(), 1n, 137n].map(currencyOf);
    expect(symbols).to.deep.equal(["ETH", "ETH", "ETH", "ETH", "ETH", "POL", "ETH", "POL"]);
    expect(currencyOf(31337n)).to.equal("ETH");
  });

  it("names none where nobody says, or not all say the same", () => {
    expect(currencyOf(2n ** 52n)).to.equal("coins");
    expect(currencyOf(1337n)).to.equal("coins");
  });

  it("says what a deployment costs in it", () => {
    const plan = planDeployment(80002n);
    const prepared: Prepared = {
      plan,
      findings: { factory: true, missing: plan.steps.slice(1) },
      estimate: {
        lines: [{ what: "ChannelManager", gas: 5_000_000n, atMost: 5_000_000n * 30n * GWEI }],
        fees: { gasPrice: 30n * GWEI },
        maxFeePerGas: 30n * GWEI,
        atMost: 5_000_000n * 30n * GWEI,
        balance: 10n ** 18n,
      },
    };
    const said: string[] = [];
    showPrepared(prepared, (line) => void said.push(line));
    expect(said.join("\n"))
      .to.match(/ChannelManager +5000000 gas {2}0\.15 POL$/m)
      .and.match(/together +0\.15 POL of 1\.0$/m)
      .and.not.contain("ETH");
  });
});
