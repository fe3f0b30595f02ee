import { DeploymentError } from "@rmps/contracts/deploy";
import { expect } from "chai";
import { readOptions } from "../../deploy/tool/options.ts";

const ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const read = (text: string) =>
  readOptions(["--network", "localhost", ...text.split(" ").filter((word) => word !== "")]);

const refused: [string, RegExp][] = [
  ["--holder 0x12", /--holder: 0x12 is no address/],
  ["--holder 0x70997970c51812DC3A010C7d01b50e0d17dc79C8", /is no address/],
  ["--decimals 78", /--decimals/],
  ["--decimals 1.5", /--decimals/],
  ["--supply -1", /./],
  ["--supply 1e3", /--supply: 1e3 is no amount/],
  ["--supply 0.001 --decimals 2", /more than 2 decimal places/],
  ["--family other", /--family: other/],
  [`--existing-token ${ALICE} --name X`, /no argument of a new token/],
  [`--existing-token ${ALICE} --family faucet`, /no argument of a new token/],
  ["--callback", /--callback goes with --existing-token/],
  ["--smoke --no-smoke", /contradict/],
  [`--grant ${ALICE}`, /not ADDRESS=AMOUNT/],
  ["--grant 0x12=1", /--grant: 0x12 is no address/],
  ["--unknown", /--unknown/],
  ["stray", /stray/],
];

describe("options of npm run deploy", () => {
  it("default to a careful deployment of the family's token", () => {
    const options = read("");
    expect(options).to.include({ network: "localhost", yes: false, dryRun: false, verify: false });
    expect(options).to.deep.include({ plan: { token: {} }, grants: [], smoke: undefined, records: undefined });
  });

  it("count the supply in tokens of the given decimals", () => {
    expect(read("--supply 1.5")?.plan.token).to.deep.equal({ supply: 15n * 10n ** 17n });
    expect(read("--supply 1.5 --decimals 6")?.plan.token).to.deep.equal({ supply: 1_500_000n, decimals: 6 });
  });

  it("take an existing token, believed only on demand", () => {
    const existing = ALICE.toLowerCase();
    expect(read(`--existing-token ${ALICE}`)?.plan.token).to.deep.equal({ existing, callback: false });
    expect(read(`--existing-token ${ALICE} --callback`)?.plan.token).to.deep.equal({ existing, callback: true });
  });

  it("take several grants", () => {
    const account = ALICE.toLowerCase();
    expect(read(`--grant ${ALICE}=1 --grant ${ALICE}=0.5`)?.grants).to.deep.equal([
      { account, amount: "1" },
      { account, amount: "0.5" },
    ]);
  });

  it("give help", () => {
    expect(readOptions(["--help"])).to.equal(undefined);
  });

  it("need a network", () => {
    expect(() => readOptions([])).to.throw(DeploymentError, /No network/);
  });

  for (const [text, message] of refused) {
    it(`refuse ${text}`, () => {
      expect(() => read(text)).to.throw(DeploymentError, message);
    });
  }
});
