import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openReceiver, type OpenReceiver } from "../../src/receiver.ts";
import { TestChain } from "../support/chain.ts";
import { optionsFor, Stores } from "../support/receiver.ts";

describe("a receiver behind a server of one's own", () => {
  const stores = new Stores();
  let chain: TestChain;
  let receiver: OpenReceiver;
  let server: Server;
  let url: string;

  before(async () => {
    chain = await TestChain.start();
    receiver = await openReceiver(optionsFor(chain, stores.path(), { door: { maxBodyBytes: 8 } }));
    server = createServer((request, response) => {
      if (request.url === "/mine") response.end("mine");
      else receiver.handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  it("answers what is the receiver's, and nothing else", async () => {
    expect(await (await fetch(`${url}/mine`)).text()).to.equal("mine");
    expect((await fetch(`${url}/api/1/stats`)).status).to.equal(200);
    expect((await fetch(`${url}/health`)).status).to.equal(200);
    expect((await fetch(`${url}/nothing`)).status).to.equal(404);
  });

  it("keeps its limits", async () => {
    const sender = `0x${"11".repeat(20)}`;
    const close = await fetch(`${url}/api/1/channels/${sender}/0x${"22".repeat(32)}/close`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount: "1" }),
    });
    expect(close.status).to.equal(413);
  });

  it("listens nowhere, and closes twice", async () => {
    const other = await openReceiver(optionsFor(chain, stores.path(), { port: 1 })); // a port that it might not take
    await other.close();
    await other.close();
  });
});
