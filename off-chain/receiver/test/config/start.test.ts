import { expect } from "chai";
import type { ReceiverOptions } from "../../src/config/options.ts";
import { RefusedToStart } from "../../src/refused-to-start.ts";
import { StoreRefused } from "../../src/store/error.ts";
import { account, TestChain } from "../support/chain.ts";
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

  it("another number of decimals than the prices were made with", () =>
    refused({ decimals: 6 }, /has 18 decimals, the configuration reckons with 6/, /"decimals": 18/));

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
