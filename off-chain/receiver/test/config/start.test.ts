import { expect } from "chai";
import type { ReceiverOptions } from "../../src/config/options.ts";
import { openReceiver } from "../../src/receiver.ts";
import { RefusedToStart } from "../../src/refused-to-start.ts";
import { StoreRefused } from "../../src/store/error.ts";
import { account, TestChain } from "../support/chain.ts";
import { FaultyNode, NodeError } from "../support/faulty-node.ts";
import { pay, start, Stores } from "../support/receiver.ts";

describe("what a receiver refuses to start with", () => {
  const stores = new Stores();
  let chain: TestChain;

  before(async () => {
    chain = await TestChain.start();
  });
  after(async () => {
    await chain.stop();
    stores.remove();
  });

  async function refusal(over: Partial<ReceiverOptions>, store = stores.path()): Promise<Error> {
    try {
      const receiver = await start(chain, store, over);
      await receiver.close();
    } catch (error) {
      return error as Error;
    }
    throw new Error("it started");
  }

  async function refused(over: Partial<ReceiverOptions>, message: RegExp, remedy: RegExp): Promise<void> {
    const error = await refusal(over);
    expect(error).to.be.instanceOf(RefusedToStart);
    expect(error.message).to.match(message);
    expect((error as RefusedToStart).remedy).to.match(remedy);
  }

  it("another chain than the one named", () =>
    refused({ chainId: 1 }, /on chain 31337, not on chain 1/, /RPC URL of the right chain/));

  it("no contract code", () =>
    refused({ contract: account(5).address }, /no code at 0x[0-9a-f]{40}.*contract/, /deploy it/));

  it("a contract that is no ChannelManager", () =>
    refused({ contract: chain.tokenAddress }, /is no ChannelManager/, /belongs in "token"/));

  it("a node that answers with an error of its own, which says nothing about the contracts", async () => {
    const node = await FaultyNode.before(chain.url);
    const selectors = { domain: "0x84b0196e", balanceOf: "0x70a08231", decimals: "0x313ce567" };
    try {
      for (const [asked, selector] of Object.entries(selectors)) {
        node.fault = (method, params, real) => {
          const [call] = params as [{ data?: string }];
          const isAsked = method === "eth_call" && call.data?.startsWith(selector);
          return isAsked ? Promise.reject(new NodeError("missing trie node")) : real();
        };
        await refused({ rpc: node.url }, /^The chain cannot be read: eth_call: missing trie node/, /RPC URL/).catch(
          (error: Error) => expect.fail(`${asked}: ${error.message}`),
        );
      }
    } finally {
      await node.stop();
    }
  });

  it("nodes of several chains", async () => {
    const node = await FaultyNode.before(chain.url);
    node.fault = (method, _, real) => (method === "eth_chainId" ? Promise.resolve("0x1") : real());
    try {
      for (const rpc of [
        [chain.url, node.url],
        ["http://127.0.0.1:9", chain.url, node.url],
      ]) {
        await refused(
          { rpc },
          /on several chains: http:\/\/127\.0\.0\.1:\d+ is on chain 1, not on 31337/,
          /one chain only/,
        );
      }
    } finally {
      await node.stop();
    }
  });

  it("nothing, where a token has no name that is text: amounts are then in units", async () => {
    const node = await FaultyNode.before(chain.url);
    const noText = `0x${"20".padStart(64, "0")}${"02".padStart(64, "0")}${"fffe".padEnd(64, "0")}`;
    node.fault = (method, params, real) => {
      const [call] = params as [{ data?: string }];
      return method === "eth_call" && call.data === "0x95d89b41" ? Promise.resolve(noText) : real();
    };
    const receiver = await start(chain, stores.path(), { rpc: node.url });
    expect(receiver.engine.resolved.currency).to.deep.equal({ symbol: "units", decimals: 18 });
    await receiver.close();
    await node.stop();
  });

  it("a token that is no ERC-20", () =>
    refused({ token: chain.manager.contract }, /it is no ERC-20/, /in which prices are/));

  it("no token code", () => refused({ token: account(5).address }, /no code at .*token/, /token/));

  it("a malformed address", () => refused({ contract: "0x12" }, /contract/, /./));

  it("keys that are none, and never quotes them", async () => {
    await refused({ keys: { agreement: "0x1234567890" } }, /^keys\.agreement: not a private key\.$/, /64 hex digits/);
    const agreement = account(1).key;
    await refused({ keys: { agreement, gas: "0x1234567890" } }, /^keys\.gas: not a private key\.$/, /64 hex digits/);
  });

  it("nobody to be paid", () => refused({ keys: {} }, /Nobody is named/, /receiver/));

  it("RPC URLs that are none, without quoting them", async () => {
    for (const rpc of [[], "http://node.example:99999/key", ["http://127.0.0.1:9", "ftp://node.example/key"]]) {
      await refused({ rpc }, /^(No RPC URL is given|RPC URL [12] is none)\.$/, /http:\/\/, https:/);
    }
  });

  it("no node", async () => {
    await refused({ rpc: "http://127.0.0.1:9" }, /cannot be read/, /RPC URL/);
  });

  it("challenge periods outside the contract's bounds", () =>
    refused({ challengePeriod: { min: 60 } }, /do not fit/, /900/));

  it("challenge periods shorter than four times the confirmation delay", async () => {
    const slow = await TestChain.start();
    try {
      await slow.rpc("hardhat_mine", ["0x64", "0xc"]); // a block every 12 seconds, about
      const options = { rpc: slow.url, contract: slow.manager.contract, token: slow.tokenAddress };
      await refused(
        { ...options, confirmations: 100, challengePeriod: { min: 900, offered: 3600 } },
        /900 s are taken, but .* confirmed only after about 1[01]\d\d s/,
        /below 4\d\d\d s/,
      );
      const receiver = await start(slow, stores.path(), {
        confirmations: 12,
        challengePeriod: { min: 900, offered: 3600 },
      });
      await receiver.close();
    } finally {
      await slow.stop();
    }
  });

  describe("options that a program gives wrong, naming each and repeating none:", () => {
    const SECRET = "a-secret-that-nobody-logs";
    for (const [name, wrong, message] of [
      ["port", { port: "5000" }, /^ {2}port: .*number/m],
      ["port", { port: 70_000 }, /^ {2}port: .*65535/m],
      ["rpc", { rpc: undefined }, /^ {2}rpc: Give the URL of a node/m],
      ["contract", { contract: undefined }, /^ {2}contract: It is missing/m],
      ["a misspelt name", { minDepositt: 5n }, /the options: .*"minDepositt"/],
      ["a misspelt key", { keys: { gasKey: SECRET } }, /^ {2}keys: .*"gasKey"/m],
      ["a key", { keys: { gas: [SECRET] } }, /^ {2}keys\.gas: .*string/m],
      ["an amount as a number", { minDeposit: 5 }, /^ {2}minDeposit: Give a bigint/m],
      ["an amount below 0", { minDeposit: -5n }, /^ {2}minDeposit: Give a bigint/m],
      ["a price as text", { routes: { "/x": { price: "5", file: "x" } } }, /^ {2}routes\.\/x\.price: Give a bigint/m],
      ["a misspelt method", { routes: { "/x": { price: 5n, file: "x", free: "GET" } } }, /routes\.\/x\.free: .*array/],
      ["a route of nothing", { routes: { "/x": { price: 5n } } }, /routes\.\/x: A route has a price, and one of/],
      ["a token of none", { apiToken: "" }, /^ {2}apiToken: .*20 or more.*openssl/m],
      ["a short token", { apiToken: "guess" }, /^ {2}apiToken: .*20 or more.*openssl/m],
      ["an origin with a path", { origin: "https://shop.example/" }, /^ {2}origin: Write scheme and host only/m],
      ["origins for pages", { cors: ["shop.example"] }, /^ {2}cors\.0: Write scheme and host only/m],
      ["a gateway path", { gatewayPath: "api" }, /^ {2}gatewayPath: A path such as \/api\/1/m],
      ["a log level", { log: "loud" }, /^ {2}log: Give silent/m],
      ["a clock", { now: 5 }, /^ {2}now: Give a function/m],
      ["a pause that a timer cannot take", { pollMs: 2 ** 31 }, /^ {2}pollMs: .*86400000/m],
      ["a limit", { door: { maxInFlight: "many" } }, /^ {2}door\.maxInFlight: .*number/m],
      ["a secret", { forwardAuth: { secret: SECRET, route: {} } }, /^ {2}forwardAuth/m],
    ] as const) {
      it(`${name}: ${Object.keys(wrong).join()}`, async () => {
        const error = await refusal(wrong as unknown as Partial<ReceiverOptions>);
        expect(error).to.be.instanceOf(RefusedToStart);
        expect(error.message).to.match(message).and.not.contain(SECRET);
        expect((error as RefusedToStart).remedy).to.contain("ReceiverOptions");
      });
    }

    it("none at all", async () => {
      for (const options of [undefined, null, "rpc"]) {
        const error: unknown = await openReceiver(options as unknown as ReceiverOptions).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).to.be.instanceOf(RefusedToStart);
        expect(String(error)).to.contain("the options: ");
      }
    });
  });

  it("another number of decimals than the prices were made with", () =>
    refused({ decimals: 6 }, /has 18 decimals, the configuration reckons with 6/, /"decimals": 18/));

  it("a route under a path of its own, which nobody would find", async () => {
    for (const path of ["/metrics", "/health", "/api/1/stats"]) {
      const route = { price: 1n, handler: () => "worth it" };
      await refused({ routes: { [path]: route } }, new RegExp(`${path} is the receiver's own`), /another path/);
    }
  });

  it("a route without content", async () => {
    const path = stores.path();
    const error = await refusal({ routes: { "/x": { price: 1n, file: "/does/not/exist" } } }, path);
    expect(error).to.be.instanceOf(RefusedToStart);
    expect((error as RefusedToStart).remedy).to.match(/route/);
    await (await start(chain, path)).close(); // nothing of the refused one holds the store
  });

  it("a store that another receiver holds", async () => {
    const path = stores.path();
    const first = await start(chain, path);
    try {
      const error = await refusal({}, path);
      expect(error).to.be.instanceOf(StoreRefused);
      expect((error as StoreRefused).problem).to.equal("locked");
    } finally {
      await first.close();
    }
    await (await start(chain, path)).close();
  });

  it("a store of another receiver, contract or chain, and says which", async () => {
    const path = stores.path();
    await (await start(chain, path)).close();
    const receiver = await refusal({ keys: {}, receiver: account(7).address }, path);
    expect(receiver).to.be.instanceOf(StoreRefused);
    expect(receiver.message).to.match(/another receiver/);

    const again = await TestChain.start({ later: 60 });
    try {
      const chainOptions = { rpc: again.url, contract: again.manager.contract, token: again.tokenAddress };
      const error = await refusal(chainOptions, path);
      expect(error).to.be.instanceOf(StoreRefused);
      expect(error.message).to.match(/deployment block differs/);
    } finally {
      await again.stop();
    }
  });

  it("sells for a cold wallet without any key, and gives no agreements then", async () => {
    const cold = account(1);
    const receiver = await start(chain, stores.path(), { keys: {}, receiver: cold.address });
    try {
      const channel = await chain.open(2);
      expect((await pay(receiver, channel, 5n, 5n)).kind).to.equal("paid");
      const deadline = 2n ** 40n;
      const signature = channel.closeRequest(5n, deadline);
      const verdict = await receiver.engine.closer.close({ channelId: channel.id, amount: 5n, deadline, signature });
      expect(verdict).to.include({ kind: "refused", code: "no-signer" });
    } finally {
      await receiver.close();
    }
  });
});
