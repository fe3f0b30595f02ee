import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../../src/main.ts";
import { DRAIN } from "../../src/receiver.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");
const manifest = JSON.parse(read("off-chain/receiver/package.json")) as {
  bin: Record<string, string>;
  engines: { node: string };
};
const OPTIONS = new Set(command().options.map(({ long }) => long));
const example = JSON.parse(read("docs/operations/receiver.example.json")) as { store: string; port: number };

/** Options of a command line that the command does not have. */
const unknown = (words: readonly string[]) => words.filter((word) => word.startsWith("--") && !OPTIONS.has(word));

describe("the systemd unit", () => {
  const lines = read("docs/operations/rmps-receiver.service").split("\n");
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const one = (name: string) => {
    const found = all(name);
    expect(found, name).to.have.length(1);
    return found[0]!;
  };

  it("starts a command that there is, with options that it has, on the directory that it makes", () => {
    for (const line of [one("ExecStartPre"), one("ExecStart")]) {
      const [env, name, ...words] = line.split(" ");
      expect(env).to.equal("/usr/bin/env");
      expect(Object.keys(manifest.bin)).to.include(name);
      expect(unknown(words)).to.deep.equal([]);
      const config = words[words.indexOf("--config") + 1];
      expect(config).to.match(new RegExp(`^/etc/${one("ConfigurationDirectory")}/`));
    }
    expect(one("ExecStartPre")).to.contain("--check");
    expect(example.store).to.match(new RegExp(`^/var/lib/${one("StateDirectory")}/`));
  });

  it("stops it by a signal that it heeds, and gives it the time to drain", () => {
    expect(one("KillSignal")).to.equal("SIGTERM");
    expect(Number(one("TimeoutStopSec")) * 1000).to.be.above(2 * DRAIN);
    expect(one("Restart")).to.equal("on-failure");
  });

  it("starts it again for as long as it takes: a node that is down for an hour must not end it for good", () => {
    expect(one("StartLimitIntervalSec")).to.equal("0");
    expect(Number(one("RestartSec"))).to.be.at.least(5);
  });

  it("runs it as a user of its own, without any right that it does not need", () => {
    expect(one("User")).to.not.equal("root");
    expect(one("UMask")).to.equal("0077");
    expect(one("CapabilityBoundingSet")).to.equal("");
    expect(one("ProtectSystem")).to.equal("strict");
    for (const name of ["NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"]) {
      expect(one(name), name).to.equal("true");
    }
    // V8 makes its code at run time.
    expect(all("MemoryDenyWriteExecute")).to.deep.equal([]);
    expect(one("RestrictAddressFamilies").split(" ")).to.include.members(["AF_INET", "AF_INET6"]);
  });
});

describe("the container file", () => {
  const text = read("docs/operations/Containerfile").replaceAll("\\\n", " ");
  const all = (name: string) => [...text.matchAll(new RegExp(`^${name} (.*)$`, "gm"))].map(([, rest]) => rest!.trim());
  const one = (name: string) => all(name).at(-1)!;

  it("is built on a Node that the package runs on", () => {
    const [, least] = />=(\d+)/.exec(manifest.engines.node)!;
    expect(Number(/^NODE=node:(\d+)/.exec(one("ARG"))?.[1])).to.be.at.least(Number(least));
    for (const image of all("FROM")) expect(image).to.match(/^\$\{NODE\}( AS build)?$/);
  });

  it("copies what there is, and starts the command on a configuration that its environment names", () => {
    for (const copy of all("COPY").filter((line) => line.startsWith("--from=build"))) {
      const [, from, to] = copy.split(/\s+/);
      const path = from!.replace("/src/", "");
      expect(to).to.equal(`/opt/rmps/${path}`);
      if (!["dist", "node_modules"].includes(path)) expect(existsSync(join(ROOT, path)), path).to.equal(true);
    }
    const [node, script] = JSON.parse(one("ENTRYPOINT")) as string[];
    expect(node).to.equal("node");
    expect(script).to.equal(join("off-chain/receiver", manifest.bin["rmps-receiver"]!));
    expect(existsSync(join(ROOT, script!))).to.equal(true);
    expect(one("ENV")).to.contain(`RMPS_CONFIG=/etc/rmps-receiver/receiver.json`);
  });

  it("exposes the usual port, asks the command for its health, and keeps the store in a volume of its user", () => {
    expect(Number(one("EXPOSE"))).to.equal(example.port);
    const [, check] = /CMD (\[.*\])$/.exec(one("HEALTHCHECK"))!;
    expect(JSON.parse(check!)).to.deep.equal([...(JSON.parse(one("ENTRYPOINT")) as string[]), "--health"]);
    expect(OPTIONS).to.include("--health");
    expect(one("USER")).to.not.be.oneOf(["root", "0"]);
    expect(example.store.startsWith(`${one("VOLUME")}/`)).to.equal(true);
    expect(one("STOPSIGNAL")).to.equal("SIGTERM");
  });
});
