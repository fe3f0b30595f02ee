import { expect } from "chai";
import type { IncomingMessage } from "node:http";
import { factsOf } from "../../src/adapters/node/facts.ts";

describe("A request's URL", () => {
  const urlOf = (host: string | undefined) =>
    factsOf(
      { url: "/a?b", method: "GET", headers: { host }, socket: { localPort: 5000 } } as unknown as IncomingMessage,
      {},
    ).url();

  it("is that of its Host", () => {
    expect(urlOf("shop.example:8080")).to.equal("http://shop.example:8080/a?b");
    expect(urlOf("[::1]:5000")).to.equal("http://[::1]:5000/a?b");
  });

  it("is our own where Host is no host, so that an offer can be made all the same", () => {
    for (const host of [undefined, "", "a b", "shop.exam[le", "x:99999", ":", "[", "a/b", "user@x", "x\r\ny"]) {
      expect(urlOf(host), host).to.equal("http://127.0.0.1:5000/a?b");
    }
  });
});
