import { SENDER_VARIABLES } from "@rmps/wire";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { rmps } from "../support/command.ts";

const SOURCES = join(import.meta.dirname, "../../src");

describe("rmps: variables", () => {
  it("are all among those that are known", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const read = files.flatMap((name) => readFileSync(join(SOURCES, name), "utf8").match(/\bRMPS_[A-Z_]+/g) ?? []);
    expect(new Set(read)).to.have.all.keys(...SENDER_VARIABLES);
  });

  const MISSPELT = { RMPS_KEYFILE: "key", RMPS_STORE: "the other command's", RMPS_RPC: "http://127.0.0.1:1" };

  it("that are misspelt are told of before it fails for want of them", async () => {
    const { code, stderr } = await rmps(["channels"], MISSPELT);
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /^rmps: warning: .*RMPS_KEYFILE is read by nobody. Did you mean RMPS_KEY_FILE\?\nrmps: no key\n/,
    );
    expect(stderr).to.not.contain("RMPS_STORE");
  });

  it("that are misspelt are told of in JSON where JSON is asked for", async () => {
    const { stderr } = await rmps(["channels", "--json"], MISSPELT);
    const [warning, error] = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(warning).to.have.keys("warning");
    expect(error).to.include({ error: "no key" });
  });
});
