import { IChannelManager__factory } from "@rmps/contracts";
import { expect } from "chai";
import { RpcUnavailable } from "../../src/chain/rpc/errors.ts";
import { decodeLog, type RawLog } from "../../src/chain/watcher/events.ts";
import { readEvents } from "../../src/chain/watcher/node-view.ts";
import { hashOf, keyOf, receiver } from "../support/channels.ts";

const manager = IChannelManager__factory.createInterface();

/** A log of a top-up to 700. */
function toppedUp(over: Partial<RawLog> = {}): RawLog {
  const { data, topics } = manager.encodeEventLog("ChannelToppedUp", [keyOf(7), 200n, 700n]);
  return {
    ...{ address: receiver, data, topics, logIndex: "0x3", blockNumber: "0x10" },
    ...{ blockHash: hashOf(16), transactionHash: hashOf(0xabc), ...over },
  };
}

describe("a log of the manager", () => {
  it("is read into what the store compares, however the node writes it", () => {
    const event = {
      kind: "topped-up",
      channelId: keyOf(7),
      block: 16,
      logIndex: 3,
      transaction: hashOf(0xabc),
      deposit: 700n,
    };
    expect(decodeLog(toppedUp(), receiver)).to.deep.equal(event);
    const loud = `0x${hashOf(0xabc).slice(2).toUpperCase()}`;
    expect(decodeLog(toppedUp({ transactionHash: loud }), receiver)).to.deep.equal(event);
  });

  for (const [what, over] of Object.entries<Partial<RawLog>>({
    "no hash of a transaction": { transactionHash: "0x12" },
    "no block": { blockNumber: "latest" },
    "no place in its block": { logIndex: "-1" },
    "a place in its block that no block has": { logIndex: "0x80000000" },
    "half of its data": { data: `0x${"00".repeat(32)}` },
    "no channel": { topics: [manager.getEvent("ChannelToppedUp").topicHash] },
  })) {
    it(`is refused with ${what}`, () => {
      expect(() => decodeLog(toppedUp(over), receiver)).to.throw(RpcUnavailable, /malformed log/);
    });
  }

  const readAll = (logs: RawLog[]) => {
    const node = {
      label: "node",
      request: () => Promise.resolve(logs),
      onHead: () => () => undefined,
      close: () => undefined,
    };
    return readEvents(node, { contract: receiver, receiver }, { from: 1, to: 100 });
  };

  it("counts once where a node sends it twice", async () => {
    const { events } = await readAll([toppedUp(), toppedUp(), toppedUp({ logIndex: "0x4" })]);
    expect(events.map(({ logIndex }) => logIndex)).to.deep.equal([3, 4]);
  });

  it("is refused where another one stands in its place", async () => {
    const logs = [toppedUp(), toppedUp({ transactionHash: hashOf(0xdef) })];
    const failure = await readAll(logs).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RpcUnavailable);
    expect(String(failure)).to.contain("two logs in one place");
  });

  for (const [name, values, widths] of [
    [
      "ChannelOpened",
      [keyOf(7), receiver, receiver, receiver, receiver, receiver, 60, keyOf(8), 1n],
      [256, 160, 160, 160, 160, 160, 22, 256, 112],
    ],
    ["ChannelToppedUp", [keyOf(7), 1n, 1n], [256, 256, 112]],
    ["ChannelSettled", [keyOf(7), 1n, 1n], [256, 256, 112]],
    ["CloseRequested", [keyOf(7), 1n, 1n], [256, 112, 32]],
    ["ChannelClosed", [keyOf(7), 1n, 1n], [256, 112, 256]],
  ] as const) {
    it(`is refused with numbers that the contract cannot hold: ${name}`, () => {
      for (const [at, bits] of widths.entries()) {
        if (bits > 112) continue;
        const inputs = manager.getEvent(name).inputs;
        const first = inputs.filter(({ indexed }) => !indexed);
        const { data, topics } = manager.encodeEventLog(name, values);
        const word = first.indexOf(inputs[at]!);
        const withWord = (value: bigint) =>
          toppedUp({
            topics,
            data: data.slice(0, 2 + 64 * word) + value.toString(16).padStart(64, "0") + data.slice(66 + 64 * word),
          });
        const largest = 2n ** BigInt(bits) - 1n;
        expect(decodeLog(withWord(largest), receiver)).to.include({ channelId: keyOf(7) });
        expect(() => decodeLog(withWord(largest + 1n), receiver), `${name} ${at}`).to.throw(RpcUnavailable, /bits/);
      }
    });
  }
});
