import { expect } from "chai";
import { Office, HOUR } from "../support/ops.ts";

describe("operators' commands that look", () => {
  let office: Office;

  before(async () => {
    office = await Office.open();
  });
  after(() => office.close());

  it("inspect shows a channel by its id and by its terms, alike", async () => {
    const { id, terms } = await office.channel(2, 50n * 10n ** 18n);
    const byId = await office.run("inspect", id);
    expect(byId.code, byId.stderr).to.equal(0);
    expect(byId.stdout)
      .to.contain(`Channel ${id}: open`)
      .and.match(/deposit +50\.0 MIC/)
      .and.contain(terms.salt);
    const byTerms = await office.run("inspect", "--terms", office.file("terms.json", terms));
    expect(byTerms.stdout).to.equal(byId.stdout);
  });

  it("inspect tells programs everything in the smallest unit", async () => {
    const { id, terms } = await office.channel(2, 7n);
    const { stdout } = await office.run("inspect", id, "--json");
    expect(JSON.parse(stdout)).to.deep.include({ id, terms, deposit: "7", settled: "0", status: "open", closesAt: 0 });
  });

  it("inspect says when there is no such channel, with exit code 1", async () => {
    const unknown = await office.run("inspect", `0x${"12".repeat(32)}`);
    expect(unknown).to.deep.include({ code: 1, stdout: "", stderr: "There is no such channel.\n" });
    expect((await office.run("inspect", "0x12")).stderr).to.equal("0x12 is no channel id.\n");
  });

  it("channels lists those of a sender and of a receiver, with their status", async () => {
    const sender = office.chain.account(3);
    const open = await office.channel(3, 1n);
    const closing = await office.channel(3, 2n);
    await (await office.manager(sender).requestClose(closing.terms, 0n, 0n, "0x")).wait();
    const closed = await office.channel(3, 3n);
    await (await office.manager(office.chain.account(1)).close(closed.terms, 0n, 0n, "0x", 0n, "0x")).wait();

    const list = async (...args: string[]) => {
      const { stdout, stderr } = await office.run("channels", ...args, "--json");
      expect(stderr).to.equal("");
      return (JSON.parse(stdout) as { id: string; status: string }[]).map(({ id, status }) => [id, status]);
    };
    expect(await list(sender.address)).to.deep.equal([
      [open.id, "open"],
      [closing.id, "closing"],
      [closed.id, "closed"],
    ]);
    expect(await list(sender.address, "--status", "closing")).to.deep.equal([[closing.id, "closing"]]);
    expect(await list(office.chain.account(1).address)).to.deep.include([open.id, "open"]);
    expect(await list(office.chain.account(9).address)).to.deep.equal([]);
    await office.pass(HOUR);
    expect(await list(sender.address, "--status", "due")).to.deep.equal([[closing.id, "due"]]);
  });

  it("channels counts them for people", async () => {
    const { stdout } = await office.run("channels", office.chain.account(3).address);
    expect(stdout)
      .to.match(/→.* 0\.0 MIC of 0\.0+1 MIC, open$/m)
      .and.match(/3 channels\n$/);
  });

  for (const command of ["fund", "inspect", "channels", "settle-many", "close", "finalize", "export"]) {
    it(`${command} --help says how it is used`, async () => {
      const { code, stdout } = await office.run(command, "--help");
      expect(code).to.equal(0);
      expect(stdout).to.contain(`node scripts/ops/${command}.ts`).and.contain("--dry-run");
    });
  }

  it("say what is wrong in one line", async () => {
    const { stderr } = await office.run("channels", "0x12");
    expect(stderr).to.equal("party: 0x12 is no address.\n");
    expect((await office.run("channels", "--nonsense")).stderr).to.match(/--nonsense.*See --help/);
    expect((await office.run("finalize", "--rpc", "http://127.0.0.1:1")).stderr).to.equal(
      "No node answers at http://127.0.0.1:1.\n",
    );
    expect((await office.run("finalize", "--rpc", "nonsense")).stderr).to.equal("--rpc: nonsense is no URL of HTTP.\n");
    expect((await office.run("inspect", `0x${"11".repeat(32)}`, "more")).stderr).to.match(/^Give one id/);
    const nowhere = await office.run("finalize", "--manager", office.chain.account(5).address);
    expect(nowhere.stderr).to.match(/^There is no contract at 0x[0-9a-f]{40} on chain 31337\.\n$/);
  });
});
