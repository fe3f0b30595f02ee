import { expect } from "chai";
import { open, request } from "../door/raw.ts";
import { eventually } from "../support/chain.ts";
import { headersFor, PRICE, World } from "./world.ts";

describe("Attack: hanging up in mid-body, for ever", () => {
  let world: World;
  before(async () => {
    world = await World.open({
      door: { headersTimeoutMs: 2000, requestTimeoutMs: 2000, silenceTimeoutMs: 3000, maxInFlight: 5 },
      routes: {
        "/big": { price: PRICE, handler: () => "x".repeat(8 * 1024 * 1024) },
        "/cheap": { price: PRICE, handler: () => "content", methods: ["POST", "GET"] },
      },
    });
  });
  after(() => world.stop());

  it("does not give the price back to who leaves while the answer is on its way", async () => {
    const channel = await world.chain.open(2);
    for (const count of [1n, 2n, 3n]) {
      const socket = open(world.receiver.url, request("/big", headersFor(channel, count * PRICE)));
      await new Promise((resolve) => socket.once("data", resolve));
      socket.destroy();
    }
    await eventually(async () => (await world.receiver.store.channel(channel.id))!.inFlight === 0n);
    expect(await world.spent(channel)).to.equal(3n * PRICE);
  });

  const hangers: [string, string, Record<string, string>, "GET" | "POST"][] = [
    ["never sends the rest of a body", "/cheap", { "Idempotency-Key": "a", "Content-Length": "100" }, "POST"],
    ["never reads what it bought", "/big", {}, "GET"],
  ];
  for (const [who, path, more, method] of hangers) {
    it(`holds no place for who ${who}, though such fill them all`, async () => {
      const channel = await world.chain.open(3);
      const sockets = [1n, 2n, 3n, 4n, 5n].map((count) =>
        open(world.receiver.url, request(path, { ...headersFor(channel, count * PRICE), ...more }, method)),
      );
      for (const socket of sockets) socket.pause();
      await eventually(async () => (await fetch(`${world.receiver.url}/nowhere`)).status === 503);
      await eventually(async () => (await world.pay(channel, 1000n * PRICE)).status === 200);
      for (const socket of sockets) socket.destroy();
    });
  }
});
