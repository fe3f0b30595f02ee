import { expect } from "chai";
import { parseTarget } from "../../src/proxy/target.ts";

describe("The target of a request", () => {
  it("is a path in its one spelling, and a query", () => {
    expect(parseTarget("/")).to.deep.equal({ path: "/", segments: [""], query: "" });
    expect(parseTarget("/a/b.txt?x=1&y=%2e%2e/..")).to.deep.equal({
      path: "/a/b.txt",
      segments: ["a", "b.txt"],
      query: "x=1&y=%2e%2e/..",
    });
    expect(parseTarget("/caf%C3%A9/a%20b")?.segments).to.deep.equal(["café", "a b"]);
    expect(parseTarget("/a/?")).to.deep.equal({ path: "/a/", segments: ["a", ""], query: "" });
    for (const path of ["/...", "/.hidden", "/a..b", "/a;v=1", "/~me/@x:1", "/100%25", "/a%2Bb"]) {
      expect(parseTarget(path), path).to.not.equal(undefined);
    }
  });

  it("is nothing else", () => {
    const refused = [
      "", "*", "a", "http://host/a", "//", "//a", "/a//b", "/.", "/..", "/./a", "/a/..", "/../a", "/a/../b", "/..;/a",
      "/%2e%2e/a", "/%2E%2E/a", "/%2E", "/a%2fb", "/a%2Fb", "/a%5Cb", "/a\\b", "/a%00", "/a%0D%0Ab", "/a%7F", "/%41",
      "/%7E", "/%", "/%2", "/%zz", "/%ff", "/%FF", "/%C3", "/%c3%a9", "/%ED%A0%80", "/%252e%252e", "/a b", "/a#b", "/é",
      "/a?b c", "/a?b#c", "/a\t", "/<a>", "/{a}", "/a|b", '/"', "/^", "/`",
    ]; // prettier-ignore
    for (const target of refused) expect(parseTarget(target), target).to.equal(undefined);
  });
});
