import { headerSource } from "@rmps/wire";
import { expect } from "chai";
import { createCors } from "../../src/paywall/cors.ts";

const PAGE = "https://app.example";

describe("Pages of other origins", () => {
  const from = (origin?: string, more: Record<string, string> = {}) =>
    headerSource({ ...(origin !== undefined && { origin }), ...more });
  const asking = (headers: string) => ({
    "access-control-request-method": "POST",
    "access-control-request-headers": headers,
  });

  it("may read the answers where they are named; caches learn that it depends on the page", () => {
    const { headers } = createCors([PAGE]);
    expect(headers(from(PAGE))).to.include({ "Access-Control-Allow-Origin": PAGE, Vary: "Origin" });
    expect(headers(from(PAGE))["Access-Control-Expose-Headers"])
      .to.contain("RDN-Price")
      .and.to.contain("Retry-After");
    for (const origin of [undefined, "https://other.example", "null"]) {
      expect(headers(from(origin)), origin).to.deep.equal({ Vary: "Origin" });
    }
    expect(createCors().headers(from(PAGE)), "nobody is named").to.deep.equal({});
    expect(createCors(["*"]).headers(from("https://other.example"))).to.include({ "Access-Control-Allow-Origin": "*" });
  });

  it("ask before they pay, and may send what they name, if these are names of headers", () => {
    const { preflight } = createCors([PAGE]);
    const wanted = "rdn-price, payment-signature";
    expect(preflight("OPTIONS", from(PAGE, asking(wanted)))).to.include({ "Access-Control-Allow-Headers": wanted });
    for (const names of ["", "rdn-price;x", "a b", "a,", 'a"']) {
      const answer = preflight("OPTIONS", from(PAGE, asking(names)));
      expect(answer, names).to.include({ "Access-Control-Allow-Origin": PAGE });
      expect(answer, names).to.not.have.property("Access-Control-Allow-Headers");
    }
  });

  it("get no leave where they are not named; what asks for none is no preflight", () => {
    const { preflight } = createCors([PAGE]);
    expect(preflight("OPTIONS", from("https://other.example", asking("rdn-price")))).to.deep.equal({ Vary: "Origin" });
    expect(preflight("GET", from(PAGE, asking("rdn-price")))).to.equal(undefined);
    expect(preflight("OPTIONS", from(PAGE))).to.equal(undefined);
  });

  it("are named by scheme and host alone", () => {
    for (const origin of ["https://app.example/", "https://app.example/a", "app.example", "file:///a", ""]) {
      expect(() => createCors([origin]), origin).to.throw(RangeError, /origin/);
    }
  });
});
