import { expect } from "chai";
import { signClosingAgreement, type Hex } from "@rmps/proofs";
import { HOUR, Office } from "../support/ops.ts";

const RECEIVER = ["--account", "1"];

describe("the operators' commands close and finalize", () => {
  let office: Office;

  before(async () => {
    office = await Office.open();
  });
  after(() => office.close());

  it("closes as the receiver with a bundle", async () => {
    const channel = await office.channel(2, 100n);
    const file = office.file("close.json", office.bundle(2, channel, 40n));
    const dry = await office.run("close", channel.id, "--bundle", file, ...RECEIVER, "--dry-run");
    expect(dry.stdout, dry.stderr).to.match(/^close at 0\.0+40? MIC: would cost about \d+ gas\n$/);
    expect((await office.run("close", channel.id, "--bundle", file, ...RECEIVER)).code).to.equal(0);
    const state = await office.manager(office.chain.account(1)).stateOf(channel.id);
    expect(state.settled).to.equal(40n);
    const again = await office.run("close", channel.id, "--at-settled", ...RECEIVER);
    expect(again.stderr).to.equal("The manager refuses: ChannelIsClosed.\n");
  });

  it("does not close below what the receiver has proofs for, unless told to", async () => {
    const channel = await office.channel(2, 100n);
    const careless = await office.run("close", channel.id, ...RECEIVER);
    expect(careless.code).to.equal(1);
    expect(careless.stderr).to.match(/--at-settled to give up/);
    const told = await office.run("close", channel.id, "--at-settled", ...RECEIVER, "--dry-run");
    expect(told.stdout, told.stderr).to.match(/^close at 0\.0 MIC: would cost/);
  });

  it("closes as the sender with the receiver's agreement", async () => {
    const channel = await office.channel(2, 100n);
    const deadline = 2n ** 40n;
    const key = office.chain.account(1).privateKey as Hex;
    const message = { ...office.domain, channelId: channel.id, amount: 25n, deadline };
    const answer = { amount: "25", deadline: `${deadline}`, close_signature: signClosingAgreement(message, key) };
    const file = office.file("agreement.json", answer);
    const { code, stderr } = await office.run("close", channel.id, "--agreement", file, "--account", "2");
    expect(code, stderr).to.equal(0);
    expect((await office.manager(office.chain.account(1)).stateOf(channel.id)).settled).to.equal(25n);
  });

  it("says in one line that the file with the agreement is not there", async () => {
    const { id } = await office.channel(2, 100n);
    const { stderr } = await office.run("close", id, "--agreement", "/nowhere/agreement", "--account", "2");
    expect(stderr).to.equal("/nowhere/agreement cannot be read as JSON.\n");
  });

  it("starts the challenge period as the sender, which finalize ends when it is over", async () => {
    const channel = await office.channel(2, 100n);
    const asked = await office.run("close", channel.id, "--concede", "10", "--account", "2");
    expect(asked.code, asked.stderr).to.equal(0);
    expect((await office.run("finalize", "--account", "9")).stdout).to.equal("0 channels finalized\n");
    await office.pass(HOUR);
    const dry = await office.run("finalize", "--dry-run");
    expect(dry.stdout)
      .to.contain(`finalize ${channel.id}`)
      .and.match(/1 channels are due\n$/);
    const before = await office.token(office.chain.account(2)).balanceOf(channel.terms.sender);
    expect((await office.run("finalize", "--account", "9")).stdout).to.match(/1 channels finalized\n$/);
    const after = await office.token(office.chain.account(2)).balanceOf(channel.terms.sender);
    expect(after - before).to.equal(90n);
  });

  it("does not let strangers close, and tells the sender what it needs", async () => {
    const { id } = await office.channel(2, 100n);
    expect((await office.run("close", id, "--account", "9")).stderr).to.match(/neither the sender's nor/);
    expect((await office.run("close", id, "--account", "2")).stderr).to.match(/give --agreement FILE/);
    expect((await office.run("close", id, "--concede", "1", ...RECEIVER)).stderr).to.match(/Only the sender side/);
  });
});
