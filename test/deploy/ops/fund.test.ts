import { expect } from "chai";
import { Office } from "../support/ops.ts";

describe("the operators' command fund", () => {
  let office: Office;

  before(async () => {
    office = await Office.open();
  });
  after(() => office.close());

  const someone = "0x00000000000000000000000000000000000000f1";

  it("says in a dry run what it would send", async () => {
    const sent = await office.blocks(async () => {
      const { stdout } = await office.run("fund", "--tokens", "5", "--account", "0", "--dry-run", someone);
      expect(stdout).to.equal(`${someone} would get 5.0 tokens\n`);
    });
    expect(sent).to.equal(0);
  });

  it("fills up, once", async () => {
    const args = ["--tokens", "5", "--eth", "0.25", "--account", "0", someone];
    const { code, stdout, stderr } = await office.run("fund", ...args);
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(/got 5\.0 tokens in 0x/)
      .and.match(/got 0\.25 coins in 0x/);
    expect(await office.chain.provider.getBalance(someone)).to.equal(25n * 10n ** 16n);
    expect((await office.run("fund", ...args)).stdout).to.equal("Everybody has enough.\n");
  });

  describe("without the money", () => {
    const someone = "0x00000000000000000000000000000000000000f2";
    const cases: [string, string[], RegExp][] = [
      [
        "too few tokens",
        ["--tokens", "5000", "--account", "2"],
        /insufficient-funds|is to hand out 5000\d+ smallest units/,
      ],
      ["too few coins", ["--eth", "999999", "--account", "2"], /is to hand out 9+0+ wei and has/],
      ["no such token", ["--tokens", "1", "--token", someone, "--account", "0"], /^There is no token at/],
      ["nothing to send", ["--account", "0"], /^Give --tokens or --eth/],
      ["an account that cannot be", ["--tokens", "1", "--account", "99999999999"], /^--account: 99999999999 is above/],
    ];
    for (const [what, args, text] of cases) {
      it(`says so in one line, also in a dry run: ${what}`, async () => {
        for (const dryRun of [[], ["--dry-run"]]) {
          const { code, stderr } = await office.run("fund", ...args, ...dryRun, someone);
          expect(code).to.equal(1);
          expect(stderr)
            .to.match(text)
            .and.match(/^[^\n]+\n$/);
        }
      });
    }
  });
});
