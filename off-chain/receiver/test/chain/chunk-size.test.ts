import { expect } from "chai";
import { RpcError } from "../../src/chain/rpc/errors.ts";
import { ChunkSize } from "../../src/chain/watcher/chunk-size.ts";

/** A node whose blocks hold so many events each, and that takes so many blocks at once. */
function node(perBlock: number, atMost = Infinity) {
  const asked: number[] = [];
  const read = (blocks: number) => {
    asked.push(blocks);
    if (blocks > atMost) return Promise.reject(new RpcError("eth_getLogs", -32000, "block range too large", undefined));
    return Promise.resolve({ events: new Array<number>(Math.floor(perBlock * blocks)).fill(0) });
  };
  return { asked, read };
}

async function sizes(size: ChunkSize, { asked, read }: ReturnType<typeof node>, times: number): Promise<number[]> {
  for (let i = 0; i < times; i++) await size.fit(read);
  return asked;
}

describe("The size of a chunk", () => {
  it("grows fast over empty blocks, up to the most", async () => {
    expect(await sizes(new ChunkSize(10_000), node(0), 6)).to.deep.equal([64, 256, 1024, 4096, 10_000, 10_000]);
  });

  it("settles where a chunk brings ten thousand events, however full the blocks are", async () => {
    expect((await sizes(new ChunkSize(10_000), node(1_000), 4)).slice(1)).to.deep.equal([10, 10, 10]);
    expect((await sizes(new ChunkSize(10_000), node(20), 4)).slice(2)).to.deep.equal([500, 500]);
    expect((await sizes(new ChunkSize(10_000), node(50_000), 3)).slice(1)).to.deep.equal([1, 1]);
  });

  it("halves until the node takes it, and grows with care from then on", async () => {
    expect(await sizes(new ChunkSize(10_000), node(0, 100), 3)).to.deep.equal([64, 256, 128, 64, 80]);
  });

  it("never asks for more than it may", async () => {
    expect(await sizes(new ChunkSize(10), node(0), 2)).to.deep.equal([10, 10]);
  });

  it("gives up where one block is too much, or what failed is something else", async () => {
    const size = new ChunkSize(4);
    const refused = await size.fit(node(0, 0).read).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(RpcError);
    expect(size.blocks).to.equal(1);
    const broken = new Error("broken");
    expect(await size.fit(() => Promise.reject(broken)).catch((error: unknown) => error)).to.equal(broken);
  });
});
