import { expect } from "chai";
import { duration, format, parseTyped, toDecimal } from "../src/amount.ts";

const MIC = { symbol: "MIC", decimals: 18 };
const WHOLE = { symbol: "units", decimals: 0 };

describe("amounts on the web page", () => {
  it("lose no digit", () => {
    expect(format(20_000_000_000_000_000n, MIC)).to.equal("0.02 MIC");
    expect(format(1n, MIC)).to.equal("0.000000000000000001 MIC");
    expect(format(2n * 10n ** 18n, MIC)).to.equal("2 MIC");
    expect(format(0n, MIC)).to.equal("0 MIC");
    expect(format(7n, WHOLE)).to.equal("7 units");
    expect(toDecimal(10n ** 19n, MIC)).to.equal("10");
  });

  it("are read as people type them", () => {
    const typed: [string, bigint][] = [
      ["2", 2n * 10n ** 18n],
      [" 0.5 ", 5n * 10n ** 17n],
      ["0,5", 5n * 10n ** 17n],
      [".5", 5n * 10n ** 17n],
      ["2.", 2n * 10n ** 18n],
      ["0.000000000000000001", 1n],
    ];
    for (const [text, amount] of typed) expect(parseTyped(text, MIC), text).to.equal(amount);
  });

  it("are refused where they are none, or no deposit", () => {
    for (const text of [
      "",
      "0",
      "0.0",
      "-1",
      "1e3",
      "1 000",
      "0x1",
      "1.2.3",
      "lots",
      "0.0000000000000000001",
      "9".repeat(40),
    ]) {
      expect(parseTyped(text, MIC), text).to.equal(undefined);
    }
    expect(parseTyped("1.5", WHOLE)).to.equal(undefined);
  });

  it("come with time spans in words, rounded up", () => {
    const spans: [number, string][] = [
      [60, "1 minute"],
      [3_600, "1 hour"],
      [3_601, "61 minutes"],
      [7_200, "2 hours"],
      [86_400, "24 hours"],
      [172_800, "2 days"],
      [172_801, "3 days"],
    ];
    for (const [seconds, words] of spans) expect(duration(seconds), words).to.equal(words);
  });
});
