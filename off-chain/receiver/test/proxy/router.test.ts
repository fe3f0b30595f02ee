import { expect } from "chai";
import { Router } from "../../src/proxy/router.ts";
import { parseTarget } from "../../src/proxy/target.ts";

describe("The router", () => {
  function find(routes: readonly string[], path: string) {
    const router = new Router<string>();
    for (const route of routes) router.add(route, route);
    return router.find(parseTarget(path)!);
  }

  it("finds exact paths before patterns, and patterns in their order", () => {
    const routes = ["/a/:x", "/a/*", "/a/b", "/:y/c"];
    expect(find(routes, "/a/b")).to.deep.equal({ entry: "/a/b", params: {} });
    expect(find(routes, "/a/c")).to.deep.equal({ entry: "/a/:x", params: { x: "c" } });
    expect(find(routes, "/a/c/d")).to.deep.equal({ entry: "/a/*", params: { "*": "c/d" } });
    expect(find(routes, "/z/c")).to.deep.equal({ entry: "/:y/c", params: { y: "z" } });
  });

  it("finds nothing by a shorter or longer path, or an empty parameter", () => {
    const routes = ["/a/:x", "/b", "/f/*"];
    for (const path of ["/", "/a", "/a/", "/a/b/c", "/b/", "/B", "/f", "/f/", "/c"]) {
      expect(find(routes, path), path).to.equal(undefined);
    }
  });

  it("decodes parameters, and finds all below the root", () => {
    expect(find(["/u/:name"], "/u/caf%C3%A9")?.params).to.deep.equal({ name: "café" });
    expect(find(["/*"], "/a/b")?.params).to.deep.equal({ "*": "a/b" });
    expect(find(["/*"], "/")).to.equal(undefined);
    expect(find(["/"], "/")?.entry).to.equal("/");
  });

  it("refuses routes that no request can reach, and doubles", () => {
    const router = new Router<number>();
    for (const path of ["a", "", "/a/../b", "/a//b", "/%41", "/a*", "/*/a", "/:", "/:a-b", "/a?b"]) {
      expect(() => router.add(path, 1), path).to.throw(RangeError);
    }
    router.add("/a", 1);
    expect(() => router.add("/a", 2)).to.throw(RangeError);
  });
});
