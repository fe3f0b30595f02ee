import { expect } from "chai";
import { fileNameOf, kindOf } from "../src/content.ts";

describe("how the web page shows what was bought", () => {
  const kinds: [string | null, ReturnType<typeof kindOf>][] = [
    ["image/jpeg", "image"],
    ["image/svg+xml", "image"],
    ["image/tiff", "download"],
    ["text/html; charset=utf-8", "html"],
    ["TEXT/HTML", "html"],
    ["application/xhtml+xml", "html"],
    ["text/plain", "text"],
    ["application/json", "text"],
    ["text/xml", "text"],
    ["audio/ogg", "audio"],
    ["video/mp4", "video"],
    ["application/pdf", "download"],
    ["", "download"],
    [null, "download"],
    ["nonsense", "download"],
  ];
  for (const [type, kind] of kinds) {
    it(`takes ${type ?? "what names no type"} for ${kind}`, () => {
      expect(kindOf(type, 100)).to.equal(kind);
    });
  }

  it("shows no text that is too long for a page", () => {
    expect(kindOf("text/plain", 3 * 1024 * 1024)).to.equal("download");
  });

  it("names a file by the last part of its path", () => {
    expect(fileNameOf(new URL("http://a/b/c%20d.txt?x=1"))).to.equal("c d.txt");
    expect(fileNameOf(new URL("http://a/"))).to.equal("download");
    expect(fileNameOf(new URL("http://a/%ff"))).to.equal("%ff");
  });
});
