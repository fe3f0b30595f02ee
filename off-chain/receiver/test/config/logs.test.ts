import { readChallenge, writePayment } from "@rmps/wire";
import { expect } from "chai";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, SECRETS } from "../../src/log.ts";
import { eventually, GAS_PAYER, RECEIVER, TestChain, type TestChannel } from "../support/chain.ts";
import { runCommand, type Run } from "../support/command.ts";
import { FaultyNode, NodeError } from "../support/faulty-node.ts";

const PRICE = 10n;
const TOKEN = "the-token-of-the-operator-0123456789";
const PROVIDER_KEY = "key-of-the-provider-0123456789";
const UPSTREAM_KEY = "key-for-the-upstream-0123456789";
const PERSONAL = "a-password-that-a-client-sent";

describe("logs at their most talkative", () => {
  let chain: TestChain;
  let node: FaultyNode;
  let home: string;
  let receiver: Run;
  let url: string;
  /** What must not be found in them. */
  const secrets: string[] = [RECEIVER.key, GAS_PAYER.key, TOKEN, PROVIDER_KEY, UPSTREAM_KEY, PERSONAL];

  before(async () => {
    chain = await TestChain.start();
    node = await FaultyNode.before(chain.url);
    home = mkdtempSync(join(tmpdir(), "rmps-logs-"));
    const files = { "agreement.key": RECEIVER.key, "gas.key": GAS_PAYER.key, token: TOKEN, "content.txt": "content" };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(home, name), content);
      chmodSync(join(home, name), 0o600);
    }
    const config = {
      rpc: `${node.url.replace("//", `//user:${PROVIDER_KEY}@`)}/v3/${PROVIDER_KEY}?key=${PROVIDER_KEY}`,
      contract: chain.manager.contract,
      token: chain.tokenAddress,
      keys: { agreement: "agreement.key", gas: "gas.key" },
      apiTokenFile: "token",
      store: "store.sqlite",
      port: 0,
      log: "debug",
      routes: {
        "/content": { price: String(PRICE), file: "content.txt" },
        "/upstream": {
          price: String(PRICE),
          upstream: "http://127.0.0.1:9",
          headers: { authorization: `Bearer ${UPSTREAM_KEY}` },
        },
      },
    };
    writeFileSync(join(home, "config.json"), JSON.stringify(config));
    receiver = runCommand(["--config", join(home, "config.json")]);
    url = (await receiver.url)!;
    expect(url, receiver.errors()).to.be.a("string");
  });
  after(async () => {
    receiver.child.kill("SIGKILL");
    await receiver.ended;
    await node.stop();
    await chain.stop();
    rmSync(home, { recursive: true });
  });

  const proof = (channel: TestChannel, balance: bigint) => {
    secrets.push(channel.proof(balance));
    return { channelId: channel.id, balance, signature: channel.proof(balance) };
  };

  it("hold no proof, agreement, key, token or password, whatever happens", async () => {
    const channel = await chain.open(2);
    const offer = await fetch(`${url}/content`);
    let balance = 0n;
    for (const dialect of ["rdn", "payment", "x402"] as const) {
      const reading = readChallenge(offer.headers, [dialect]);
      if (reading.kind !== "challenge") throw new Error(`no offer in ${dialect}`);
      for (const path of ["/content", "/upstream", "/nowhere"]) {
        const headers = writePayment(proof(channel, (balance += PRICE)), reading.challenge.echo);
        secrets.push(...Object.values(headers).filter((value) => value.length > 40 && value !== channel.id));
        const answer = await fetch(url + path, { headers: { ...headers, cookie: `session=${PERSONAL}` } });
        if (path === "/content") expect(answer.status, dialect).to.equal(200);
      }
    }
    for (const path of [
      "/content",
      "/api/1/channels",
      `/api/1/channels/0x/${PERSONAL}`,
      "/%zz",
      "/metrics",
      "/health",
    ]) {
      await fetch(url + path, { headers: { authorization: `Basic ${PERSONAL}` } });
      await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
    }
    const bundle = await fetch(`${url}/api/1/channels/${channel.terms.sender}/${channel.id}/proof`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(bundle.status).to.equal(200);

    // A close that concedes too little, at a node that takes no transaction for a while.
    const cheat = await chain.open(3);
    const paid = proof(cheat, PRICE);
    const rdn = readChallenge(offer.headers, ["rdn"]);
    if (rdn.kind !== "challenge") throw new Error("no offer");
    expect((await fetch(`${url}/content`, { headers: writePayment(paid, rdn.challenge.echo) })).status).to.equal(200);
    node.fault = async (method, _, real) => {
      if (method === "eth_sendRawTransaction") throw new NodeError("not now");
      return real();
    };
    const before = await chain.earned();
    await chain.requestClose(cheat, 0n);
    await eventually(() => receiver.output().includes("could not send a transaction"));
    node.fault = undefined;
    await eventually(async () => (await chain.earned()) - before === PRICE);

    const deadline = 2n ** 40n;
    const request = channel.closeRequest(balance, deadline);
    const closed = await fetch(`${url}/api/1/channels/${channel.terms.sender}/${channel.id}`, {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount: String(balance), deadline: String(deadline), signature: request }),
    });
    expect(closed.status).to.equal(200);
    secrets.push(request, ((await closed.json()) as { close_signature: string }).close_signature);
    node.fault = () => "reset";
    await eventually(() => receiver.output().includes("a node failed"));
    receiver.child.kill("SIGTERM");
    expect((await receiver.ended).code).to.equal(0);

    const log = receiver.output() + receiver.errors();
    const lines = receiver.output().trim().split("\n");
    expect(lines.length).to.be.above(10);
    for (const line of lines) expect(() => JSON.parse(line) as unknown, line).to.not.throw();
    expect(secrets.length).to.be.above(20);
    for (const secret of secrets) expect(log).to.not.contain(secret.replace(/^0x/, ""));
  });
});

describe("the log itself", () => {
  it("leaves out what is called as secrets are, alone or inside something else", () => {
    const lines: string[] = [];
    const log = createLogger("info", { write: (line) => void lines.push(line) });
    for (const name of SECRETS) {
      log.info({ [name]: PERSONAL, within: { [name]: PERSONAL, amount: "7" } }, "said");
      expect(lines.at(-1), name).to.contain('"amount":"7"').and.not.contain(PERSONAL);
    }
    log.child({ part: "http", key: PERSONAL }).warn({ req: { headers: { authorization: PERSONAL } } }, "said");
    expect(lines.at(-1)).to.contain('"part":"http"').and.not.contain(PERSONAL);
  });
});
