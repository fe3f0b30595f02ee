import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const web = join(import.meta.dirname, "..");
const site = join(web, "site");

/** All that a receiver reads when it starts. */
function readSite(): string[] {
  const { script, frame } = JSON.parse(readFileSync(join(site, "site.json"), "utf8")) as Record<string, string>;
  const names = ["page.html", script!, `${script!}.gz`, frame!, `${frame!}.gz`];
  return names.filter((name) => readFileSync(join(site, name)).length === 0);
}

describe("building the page", () => {
  it("leaves a whole one in its place all the time, for receivers that start meanwhile", async () => {
    const building = spawn(process.execPath, [join(web, "build.ts")], { stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(building, "exit");
    let looks = 0;
    for (; building.exitCode === null && building.signalCode === null; looks++) {
      expect(readSite(), "files without content").to.deep.equal([]);
      await new Promise(setImmediate);
    }
    expect(await ended).to.deep.equal([0, null]);
    expect(looks).to.be.above(10);
    expect(readdirSync(site)).to.have.length(6);
  });
});
