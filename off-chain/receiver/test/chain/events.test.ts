import { IChannelManager__factory } from "@rmps/contracts";
import { expect } from "chai";
import { RpcUnavailable } from "../../src/chain/rpc/errors.ts";
import { decodeLog, type RawLog } from "../../src/chain/watcher/events.ts";
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
    "half of its data": { data: `0x${"00".repeat(32)}` },
    "no channel": { topics: [manager.getEvent("ChannelToppedUp").topicHash] },
  })) {
    it(`is refused with ${what}`, () => {
      expect(() => decodeLog(toppedUp(over), receiver)).to.throw(RpcUnavailable, /malformed log/);
    });
  }

  for (const [name, values, widths] of [
    [
      "ChannelOpened",
      [keyOf(7), receiver, receiver, receiver, receiver, receiver, 60, keyOf(8), 1n],
      [256, 160, 160, 160, 160, 160, 32, 256, 112],
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
