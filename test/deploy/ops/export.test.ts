import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { startReceiver, type RunningReceiver } from "@rmps/receiver";
import type { Hex } from "@rmps/proofs";
import { HOUR, Office } from "../support/ops.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

describe("the operator's export for a watchtower", () => {
  let office: Office;
  let receiver: RunningReceiver;
  let tokenFile: string;

  before(async () => {
    office = await Office.open();
    const key = office.chain.account(1).privateKey as Hex;
    receiver = await startReceiver({
      rpc: office.chain.url,
      contract: office.chain.manager,
      token: office.chain.token,
      keys: { agreement: key },
      store: join(office.folder, "receiver.sqlite"),
      port: 0,
      routes: { "/hello": { price: 10n, handler: () => "Hello, payer!" } },
      challengePeriod: { offered: HOUR },
      apiToken: TOKEN,
      log: "silent",
    });
    tokenFile = office.file("token", TOKEN);
  });
  after(async () => {
    await receiver.close();
    await office.close();
  });

  it("defends a channel while the receiver is away: whoever has the file settles", async () => {
    const channel = await office.channel(2, 100n);
    const quiet = await office.channel(3, 100n);
    const { balance, proof } = office.bundle(2, channel, 10n);
    const headers = { "RDN-Channel-Id": channel.id, "RDN-Sender-Balance": balance, "RDN-Balance-Signature": proof };
    const answer = await fetch(`${receiver.url}/hello`, { headers });
    expect(answer.status, await answer.text()).to.equal(200);

    const out = join(office.folder, "watch.json");
    writeFileSync(out, "An older one, which others can read.", { mode: 0o644 });
    const api = `${receiver.url}/api/1`;
    const exported = await office.run("export", "--api", api, "--token-file", tokenFile, "--out", out);
    expect(exported.stdout, exported.stderr).to.equal("1 channels to watch\n");
    expect(statSync(out).mode & 0o777).to.equal(0o600);
    const bundles = JSON.parse(readFileSync(out, "utf8")) as { channel_id: string }[];
    expect(bundles.map(({ channel_id }) => channel_id))
      .to.deep.equal([channel.id])
      .and.not.include(quiet.id);

    await (await office.manager(office.chain.account(2)).requestClose(channel.terms, 0n, 0n, "0x")).wait();
    const settled = await office.run("settle-many", out, "--account", "9");
    expect(settled.code, settled.stderr).to.equal(0);
    expect((await office.manager(office.chain.account(1)).stateOf(channel.id)).settled).to.equal(10n);
  });

  it("says what is wrong with the token", async () => {
    const wrong = office.file("wrong", "not the token");
    const { code, stderr } = await office.run("export", "--api", `${receiver.url}/api/1`, "--token-file", wrong);
    expect(code).to.equal(1);
    expect(stderr).to.match(/answered 401/);
    const missing = await office.run("export", "--api", `${receiver.url}/api/1`, "--token-file", "/nowhere/token");
    expect(missing.stderr).to.equal("There is no file /nowhere/token.\n");
    const dead = await office.run("export", "--api", "http://127.0.0.1:1/api/1", "--token-file", wrong);
    expect(dead.stderr).to.match(/^Nobody answers at http:\/\/127\.0\.0\.1:1\//);
  });
});
