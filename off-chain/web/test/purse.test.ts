import { ChannelManager__factory } from "@rmps/contracts";
import { ZERO_ADDRESS, type Address, type Hex } from "@rmps/proofs";
import { memoryStore, type Store } from "@rmps/sender";
import { expect } from "chai";
import { hexlify, randomBytes } from "ethers";

import { startLocalChain, type LocalChain } from "../../../scripts/lib/local-chain.ts";
import type { Facts } from "../src/facts.ts";
import { Purse } from "../src/purse.ts";

const HOUR = 3600;
const DEPOSIT = 100n;

describe("the web page's purse", () => {
  let chain: LocalChain;
  let store: Store;
  let sessionKey: Hex;

  before(async () => {
    chain = await startLocalChain(0);
  });
  after(() => chain.close());
  beforeEach(() => {
    store = memoryStore();
    sessionKey = hexlify(randomBytes(32)) as Hex;
  });

  const lower = (address: string) => address.toLowerCase() as Address;

  /** With a seller of its own for each test. */
  function facts(receiver: number, over: Partial<Facts> = {}): Facts {
    return {
      chainId: 31337n,
      contract: lower(chain.manager),
      block: 0,
      token: lower(chain.token),
      symbol: "MIC",
      decimals: 18,
      receiver: lower(chain.account(receiver).address),
      receiverSigner: ZERO_ADDRESS,
      challengePeriod: HOUR,
      suggestedDeposit: DEPOSIT,
      price: 1n,
      title: "A page",
      crossSite: false,
      gatewayPath: "/api/1",
      sponsoring: undefined,
      demoRpc: undefined,
      frame: "",
      ...over,
    };
  }

  const open = (of: Facts) =>
    Purse.open({
      facts: of,
      wallet: chain.account(2).privateKey,
      sessionKey,
      store,
      rpc: chain.url,
      onEvent: () => undefined,
    });

  const pass = async (seconds: number) => {
    await chain.provider.send("evm_increaseTime", [seconds]);
    await chain.provider.send("evm_mine", []);
  };

  it("shows what was deposited on terms that the seller has changed since, and gets it back", async () => {
    const old = await (await open(facts(11))).deposit(DEPOSIT, undefined);
    const purse = await open(facts(11, { receiverSigner: lower(chain.account(12).address) }));
    expect(await purse.channel()).to.equal(undefined);
    expect((await purse.others()).map(({ id }) => id)).to.deep.equal([old.id]);

    expect(await purse.close(old)).to.include({ kind: "closing", settled: 0n });
    await pass(HOUR);
    expect(await purse.finalize(old)).to.include({ kind: "closed", settled: 0n });
    expect(await purse.others()).to.deep.equal([]);
  });

  it("shows what is being closed beside the channel with which is paid", async () => {
    const purse = await open(facts(13));
    const first = await purse.deposit(DEPOSIT, undefined);
    expect(await purse.others(), "it is the one with which is paid").to.deep.equal([]);
    await purse.close(first);
    const second = await purse.deposit(DEPOSIT, undefined);
    expect((await purse.channel())?.id).to.equal(second.id);
    expect((await purse.others()).map(({ id }) => id)).to.deep.equal([first.id]);
  });

  it("asks once more where the chain has not heard of a close", async () => {
    const purse = await open(facts(14));
    const { id, terms } = await purse.deposit(DEPOSIT, undefined);
    // As after a close that was declined in the wallet.
    await store.update(({ channels }) => {
      for (const record of channels.values()) record.status = "closing";
    });
    const channel = (await purse.channel())!;
    expect(channel).to.include({ id, status: "closing" });
    expect(await purse.finalize(channel)).to.include({ kind: "closing" });
    const manager = ChannelManager__factory.connect(chain.manager, chain.provider);
    expect((await manager.stateOf(await manager.channelId(terms))).closesAt).to.not.equal(0n);
  });
});
