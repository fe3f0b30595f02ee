import { verifyClosingAgreement, type Hex } from "@rmps/proofs";
import { expect } from "chai";
import { tokenCheck } from "../../src/api/token.ts";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually, RECEIVER, TestChain, type TestChannel } from "../support/chain.ts";
import { pay, start, Stores } from "../support/receiver.ts";
import { expectDescribed } from "./openapi-check.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

describe("the operator's token", () => {
  it("is never the one that nobody sent", () => {
    for (const token of ["", TOKEN]) {
      for (const header of [undefined, "", "Bearer", "Bearer ", `Basic ${token}`]) {
        expect(tokenCheck(token)(header), `${header} for ${token}`).to.equal(false);
      }
    }
    expect(tokenCheck(TOKEN)(`bearer  ${TOKEN} `)).to.equal(true);
  });
});

describe("the API", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: RunningReceiver;

  before(async () => {
    chain = await TestChain.start();
    receiver = await start(chain, stores.path(), { apiToken: TOKEN });
  });
  after(async () => {
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  /** Asks, and compares the answer with the description. */
  async function ask(method: string, path: string, options: { body?: unknown; token?: string } = {}) {
    const { body, token } = options;
    const response = await fetch(`${receiver.url}/api/1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const json = (await response.json()) as Record<string, unknown>;
    expectDescribed(method, path, response, json);
    return { status: response.status, json, headers: response.headers };
  }
  const operator = (method: string, path: string) => ask(method, path, { token: TOKEN });
  const at = (channel: TestChannel) => `/channels/${channel.terms.sender}/${channel.id}`;
  const later = () => BigInt(Math.floor(Date.now() / 1000) + 100_000);

  function request(channel: TestChannel, amount: bigint, deadline = later()) {
    return { amount: `${amount}`, deadline: `${deadline}`, signature: channel.closeRequest(amount, deadline) };
  }

  it("tells everyone its sums, and nothing about channels", async () => {
    const { status, json, headers } = await ask("GET", "/stats");
    expect(status).to.equal(200);
    expect(headers.get("cache-control")).to.equal("no-store");
    expect(json).to.include({ contract: chain.manager.contract, receiver: RECEIVER.address, chain_id: 31337 });
    expect(JSON.stringify(json)).to.not.contain("sender");
  });

  it("closes a channel with the sender side's request, by DELETE and by POST alike", async () => {
    const channel = await chain.open(2);
    await pay(receiver, channel, 70n, 70n);
    const body = request(channel, 70n);
    const first = await ask("DELETE", at(channel), { body });
    expect(first.status).to.equal(200);
    const again = await ask("POST", `${at(channel)}/close`, { body });
    expect(again.json).to.deep.equal(first.json);
    const { amount, deadline, close_signature: signature } = first.json as Record<string, string>;
    const message = { ...chain.manager, channelId: channel.id, amount: BigInt(amount!), deadline: BigInt(deadline!) };
    expect(verifyClosingAgreement(message, signature as Hex, RECEIVER.address)).to.equal(true);
  });

  it("closes a channel that was opened a moment ago, before the next look at the chain", async () => {
    const slow = await start(chain, stores.path(), { pollMs: 3_600_000 });
    const channel = await chain.open(2);
    const body = JSON.stringify(request(channel, 0n));
    const headers = { "content-type": "application/json" };
    const { status } = await fetch(`${slow.url}/api/1${at(channel)}`, { method: "DELETE", body, headers });
    await slow.close();
    expect(status).to.equal(200);
  });

  it("says how much was spent when asked for less, and what to do", async () => {
    const channel = await chain.open(2);
    await pay(receiver, channel, 70n, 70n);
    const { status, json, headers } = await ask("DELETE", at(channel), { body: request(channel, 69n) });
    expect(status).to.equal(409);
    expect(json).to.include({ code: "amount-below-spent", spent: "70" });
    expect(headers.get("content-type")).to.contain("application/problem+json");
  });

  it("refuses strangers, expired requests and nonsense, each with its own problem", async () => {
    const channel = await chain.open(3);
    const other = await chain.open(4);
    await pay(receiver, channel, 1n, 1n);
    await pay(receiver, other, 1n, 1n);
    const refused = async (body: unknown, status: number, code: string, where = at(channel)) => {
      const answer = await ask("DELETE", where, { body });
      expect([answer.status, answer.json["code"]], JSON.stringify(body)).to.deep.equal([status, code]);
    };
    await refused({ ...request(channel, 1n), signature: other.closeRequest(1n, 9n) }, 403, "invalid-signature");
    await refused({ ...request(channel, 1n), signature: channel.proof(1n) }, 403, "invalid-signature");
    await refused({ ...request(channel, 1n), signature: "0x" }, 403, "invalid-signature");
    await refused(request(channel, 1n, 5n), 422, "expired");
    await refused(request(channel, 10n ** 30n), 409, "amount-exceeds-deposit");
    await refused({ amount: "1" }, 400, "malformed-request");
    await refused({ ...request(channel, 1n), amount: "01" }, 400, "malformed-request");
    await refused({ ...request(channel, 1n), signature: "0xzz" }, 400, "malformed-request");
    const endless = `0x${"11".repeat(4097)}`;
    await refused({ ...request(channel, 1n), signature: endless }, 400, "malformed-request");
    await refused("{", 400, "malformed-request");
    for (const [member, value, remedy] of [
      ["amount", undefined, "It is missing."],
      ["deadline", undefined, "Write Unix seconds"],
      ["deadline", "tomorrow", "Write Unix seconds"],
      ["signature", undefined, "It is missing."],
      ["signature", `0x${"00".repeat(5000)}`, "Write the signature as 0x and hex digits"],
    ] as const) {
      const { json } = await ask("DELETE", at(channel), { body: { ...request(channel, 1n), [member]: value } });
      expect(json["detail"], `${member} ${value}`).to.match(new RegExp(`^${member}: ${remedy}`));
    }
    await refused(request(channel, 1n), 404, "channel-not-found", `/channels/${other.terms.sender}/${channel.id}`);
    await refused(request(channel, 1n), 400, "malformed-request", "/channels/0x12/34");
    expect((await pay(receiver, channel, 2n, 1n)).kind, "none of these ended the channel").to.equal("paid");
  });

  it("shows channels and proofs to the operator alone", async () => {
    const channel = await chain.open(5);
    await pay(receiver, channel, 30n, 20n);
    for (const path of ["/channels", `/channels/${channel.terms.sender}`, at(channel), `${at(channel)}/proof`]) {
      for (const token of [undefined, "wrong", TOKEN.slice(1), `${TOKEN}0`]) {
        expect((await ask("GET", path, token === undefined ? {} : { token })).status, path).to.equal(401);
      }
      expect((await operator("GET", path)).status, path).to.equal(200);
    }
    const { json } = await operator("GET", `${at(channel)}/proof`);
    expect(json).to.include({ amount: "20", balance: "30", proof: channel.proof(30n) });
    expect((await operator("GET", at(channel))).json).to.include({ spent: "20", accepted: "30", status: "open" });
    const unpaid = await chain.open(5);
    await eventually(async () => (await operator("GET", at(unpaid))).status === 200);
    expect((await operator("GET", `${at(unpaid)}/proof`)).json).to.include({ code: "no-proof" });
  });

  it("lists channels by sender, status and page", async () => {
    const channel = await chain.open(6);
    await chain.open(6);
    await eventually(async () => {
      const { json } = await operator("GET", `/channels/${channel.terms.sender}`);
      return (json["channels"] as unknown[]).length === 2;
    });
    const page = await operator("GET", `/channels/${channel.terms.sender}?limit=1`);
    expect(page.json["channels"]).to.have.length(1);
    const rest = await operator("GET", `/channels/${channel.terms.sender}?limit=1&after=${String(page.json["next"])}`);
    expect(rest.json["channels"]).to.have.length(1);
    expect((await operator("GET", "/channels?status=closed")).json["channels"]).to.deep.equal([]);
    expect((await operator("GET", "/channels?status=odd")).status).to.equal(400);
  });

  it("settles and closes at the operator's word", async () => {
    const channel = await chain.open(7, 1000n);
    await pay(receiver, channel, 30n, 20n);
    const before = await chain.earned();
    expect((await ask("POST", `${at(channel)}/settle`)).status).to.equal(401);
    expect((await operator("POST", `${at(channel)}/settle`)).status).to.equal(202);
    await eventually(async () => (await chain.earned()) - before === 20n);
    await eventually(async () => (await receiver.store.channel(channel.id))?.settled === 20n);
    expect((await operator("POST", `${at(channel)}/settle`)).json).to.include({ code: "nothing-to-do" });

    await pay(receiver, channel, 31n, 5n);
    const nobody = await ask("DELETE", at(channel), { body: "" });
    expect(nobody, "no body, and no operator").to.deep.include({ status: 400 });
    expect(nobody.json["detail"]).to.contain("amount, deadline and signature");
    expect((await ask("DELETE", at(channel), { body: "", token: TOKEN })).status, "JSON of no length").to.equal(202);
    await eventually(async () => (await chain.earned()) - before === 25n);
    expect((await chain.stateOf(channel.id)).closesAt).to.equal(2n ** 32n - 1n);
    expect((await pay(receiver, channel, 40n, 1n)).kind).to.equal("refused");

    const other = await chain.open(7);
    await pay(receiver, other, 30n, 20n);
    expect((await operator("DELETE", at(other))).status, "nothing said of a body").to.equal(202);
  });

  it("lets nobody into the operator's part where there is no token", async () => {
    const other = await start(chain, stores.path());
    try {
      for (const authorization of ["", "Bearer ", "Bearer undefined"]) {
        const response = await fetch(`${other.url}/api/1/channels`, { headers: { authorization } });
        expect(response.status).to.equal(401);
      }
    } finally {
      await other.close();
    }
  });

  it("answers with problem documents whatever is wrong with a request", async () => {
    for (const [method, path, status] of [
      ["GET", "/%", 400],
      ["GET", "/%ff", 400],
      ["GET", "/nothing", 404],
      ["QUERY", "/nothing", 400], // it has to have a body with a type
      ["GET", "/api/1/nothing", 404],
      ["GET", `/api/1/channels/${"a".repeat(200)}`, 404],
    ] as const) {
      const response = await fetch(receiver.url + path, { method, headers: { authorization: `Bearer ${TOKEN}` } });
      const where = `${method} ${path}`;
      expect(response.status, where).to.equal(status);
      expect(response.headers.get("content-type"), where).to.equal("application/problem+json");
      const problem = (await response.json()) as object;
      expect(problem, where).to.include({ status }).and.to.have.property("code");
    }
  });

  it("says what type a body has to have", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const init = { method: "POST", headers: { "content-type": type }, body: "{}" };
      const response = await fetch(`${receiver.url}/api/1/channels`, init);
      expect(response.status, type).to.equal(415);
      expect(await response.json(), type)
        .to.have.property("detail")
        .that.includes("application/json");
    }
  });

  it("says that it is well, ready, and how much it did", async () => {
    const get = async (path: string) => fetch(receiver.url + path);
    expect(await (await get("/health")).json()).to.deep.equal({ status: "ok", alarms: [] });
    expect((await get("/ready")).status).to.equal(200);
    const text = await (await get("/metrics")).text();
    expect(text).to.match(/^rmps_payments_total [1-9]/m);
    expect(text).to.match(/^rmps_channels\{status="open"\} \d/m);
    expect(text).to.match(/^rmps_alarm\{alarm="gas-money"\} 0/m);
  });
});
