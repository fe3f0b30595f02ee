import { expect } from "chai";
import { encryptKeystoreJson } from "ethers";
import { signClosingAgreement, type Hex } from "@rmps/proofs";
import { HOUR, Office } from "../support/ops.ts";

describe("operators' commands that send", () => {
  let office: Office;
  const RECEIVER = ["--account", "1"];

  before(async () => {
    office = await Office.open();
  });
  after(() => office.close());

  async function blocks(action: () => Promise<unknown>): Promise<number> {
    const before = await office.chain.provider.getBlockNumber();
    await action();
    return (await office.chain.provider.getBlockNumber()) - before;
  }

  describe("fund", () => {
    const someone = "0x00000000000000000000000000000000000000f1";

    it("says in a dry run what it would send", async () => {
      const sent = await blocks(async () => {
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
  });

  describe("fund, without the money", () => {
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

  describe("settle-many", () => {
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
      const sent = await blocks(async () => {
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
  });

  describe("close", () => {
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

  describe("keys", () => {
    const fund = (...key: string[]) => office.run("fund", "--tokens", "0", ...key, office.chain.token);

    it("come from a file or a keystore that only its owner can read", async () => {
      const { address, privateKey } = office.chain.account(1);
      const open = office.file("open.key", privateKey, 0o644);
      expect((await fund("--key-file", open)).stderr).to.match(/chmod 600/);
      const raw = office.file("raw.key", `${privateKey}\n`);
      expect((await fund("--key-file", raw)).code).to.equal(0);
      const keystore = office.file(
        "keystore.json",
        await encryptKeystoreJson({ address, privateKey }, "secret", { scrypt: { N: 2, r: 1, p: 1 } }),
      );
      const locked = await fund("--key-file", keystore);
      expect(locked.stderr).to.match(/RMPS_PASSWORD/);
    });

    it("must be named, and one way only", async () => {
      expect((await fund()).stderr).to.match(/^Say who sends/);
    });
  });
});
