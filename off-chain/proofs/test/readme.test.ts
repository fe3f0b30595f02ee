import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

describe("the README", () => {
  it("has an example that runs as it stands, on what was built", () => {
    const [, code] = /```ts\n([^]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))!;
    const args = ["--input-type=module-typescript", "--eval", code!];
    const output = execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect(output).to.equal("0x26c838673e53cc8bcf7de134b80bd1b6dea079ea5364d16d7fb737fea958b20d true\n");
  });
});
