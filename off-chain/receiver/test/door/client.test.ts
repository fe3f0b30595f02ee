import { expect } from "chai";
import type { IncomingMessage } from "node:http";
import { clientAddress, createClients, nameOf } from "../../src/door/client.ts";

/** A request from an address, as far as clients are told apart by it. */
function from(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe("Clients", () => {
  const named = (trusted: string[], request: IncomingMessage) => nameOf(createClients(trusted).of(request));

  it("are known by the other end of their connection", () => {
    expect(named([], from("192.0.2.1"))).to.equal("192.0.2.1");
    expect(named([], from("::ffff:192.0.2.1"))).to.equal("192.0.2.1");
  });

  it("share a name within one IPv6 network of 64 bits", () => {
    const one = named([], from("2001:db8:1:2::1"));
    expect(named([], from("2001:db8:1:2:ffff:ffff:ffff:ffff"))).to.equal(one);
    expect(named([], from("2001:db8:1:2:0::"))).to.equal(one);
    expect(named([], from("2001:db8:1:3::1"))).to.not.equal(one);
    expect(named([], from("2001:db8::1"))).to.equal(named([], from("2001:db8:0:0:5::1")));
  });

  it("are not believed when they say they were forwarded", () => {
    expect(named([], from("192.0.2.1", "203.0.113.9"))).to.equal("192.0.2.1");
    expect(named(["10.0.0.0/8"], from("192.0.2.1", "203.0.113.9"))).to.equal("192.0.2.1");
    expect(named(["10.0.0.0/8"], from("127.0.0.1", "203.0.113.9"))).to.equal("127.0.0.1");
  });

  it("are who the nearest proxy that is not trusted said, whatever stands further left", () => {
    const trusted = ["10.0.0.0/8", "fd00::/8"];
    expect(named(trusted, from("10.1.2.3", "203.0.113.9"))).to.equal("203.0.113.9");
    expect(named(trusted, from("10.1.2.3", "1.1.1.1, 203.0.113.9"))).to.equal("203.0.113.9");
    expect(named(trusted, from("10.1.2.3", "1.1.1.1, 203.0.113.9, 10.9.9.9"))).to.equal("203.0.113.9");
    expect(named(trusted, from("fd00::1", "203.0.113.9"))).to.equal("203.0.113.9");
    expect(named(trusted, from("::ffff:10.1.2.3", "203.0.113.9"))).to.equal("203.0.113.9");
    expect(named(trusted, from("10.1.2.3", "2001:db8::7"))).to.equal("2001:db8:0:0::/64");
  });

  it("are the proxy itself where it says nothing that is an address", () => {
    for (const nonsense of ["", "unknown", "1.2.3", "a, b", "1.1.1.1, evil", "203.0.113.9:80"]) {
      expect(named(["10.0.0.0/8"], from("10.1.2.3", nonsense)), nonsense).to.equal("10.1.2.3");
    }
  });

  it("go by the believed address towards upstreams too", () => {
    const request = from("10.1.2.3", "203.0.113.9");
    createClients(["10.1.2.3"]).of(request);
    expect(clientAddress(request)).to.equal("203.0.113.9");
    const liar = from("192.0.2.1", "203.0.113.9");
    createClients(["10.1.2.3"]).of(liar);
    expect(clientAddress(liar)).to.equal("192.0.2.1");
  });

  it("on this machine are not limited, unless a trusted proxy there names others", () => {
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      expect(createClients().of(from(address)).key, address).to.equal(undefined);
    }
    expect(createClients(["127.0.0.1"]).of(from("127.0.0.1", "203.0.113.9")).key).to.equal("203.0.113.9");
  });

  it("cannot be told apart by what is no network", () => {
    for (const network of ["", "example.org", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "10.0.0/8"]) {
      expect(() => createClients([network]), network).to.throw(RangeError);
    }
  });
});
