import { expect } from "chai";
import { Office } from "../support/ops.ts";

describe("the operators' command settle-many", () => {
  let office: Office;

  before(async () => {
    office = await Office.open();
  });
  after(() => office.close());

  it("settles what is worth it, in one transaction, by anyone", async () => {
    const channels = [await office.channel(2, 100n), await office.channel(3, 100n), await office.channel(3, 100n)];
    const [first, second, third] = channels;
    const stale = office.bundle(3, third!, 10n);
    await (await office.manager(office.chain.account(1)).settle(third!.terms, 10n, 10n, stale.proof)).wait();
    const file = office.file("bundles.json", [
      office.bundle(2, first!, 30n),
      office.bundle(3, second!, 500n), // above the deposit: worth the deposit
      stale,
    ]);
    const dry = await office.run("settle-many", file, "--dry-run");
    expect(dry.stdout)
      .to.match(/^2 of 3 channels, 0\.0+13 MIC/)
      .and.match(/settleMany of 2: would cost about \d+ gas/);
    const sent = await office.blocks(async () => {
      const { code, stderr } = await office.run("settle-many", file, "--account", "9");
      expect(code, stderr).to.equal(0);
    });
    expect(sent).to.equal(1);
    const settled = await Promise.all(channels.map(({ id }) => office.manager(office.chain.account(1)).stateOf(id)));
    expect(settled.map((state) => state.settled)).to.deep.equal([30n, 100n, 10n]);
    expect((await office.run("settle-many", file)).stdout).to.equal("None of 3 channels has anything to settle.\n");
  });

  it("refuses a bundle whose id is not that of its terms, or of another contract", async () => {
    const channel = await office.channel(2, 5n);
    const bundle = office.bundle(2, channel, 1n);
    const wrong = { ...bundle, terms: { ...bundle.terms, salt: `0x${"00".repeat(32)}` } };
    expect((await office.run("settle-many", office.file("a.json", wrong))).stderr).to.match(
      /id is not that of its terms/,
    );
    const elsewhere = office.bundle(2, channel, 1n, { ...office.domain, contract: office.chain.token });
    expect((await office.run("settle-many", office.file("b.json", elsewhere))).stderr).to.match(/another chain or/);
    const forged = { ...bundle, proof: office.bundle(3, channel, 1n).proof };
    expect((await office.run("settle-many", office.file("d.json", forged))).stderr).to.match(/not its sender's/);
    const greedy = { ...bundle, amount: "2" };
    expect((await office.run("settle-many", office.file("e.json", greedy))).stderr).to.match(/above the proof/);
    expect((await office.run("settle-many", office.file("c.json", "{"))).stderr).to.match(/cannot be read as JSON/);
  });

  it("says what the node says: no coins for gas", async () => {
    const key = office.file("penniless.key", `0x${"13".repeat(32)}`);
    const channel = await office.channel(2, 5n);
    const file = office.file("worth.json", office.bundle(2, channel, 1n));
    const { code, stderr } = await office.run("settle-many", file, "--key-file", key);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/funds/)
      .and.match(/^[^\n]+\n$/);
  });
});
