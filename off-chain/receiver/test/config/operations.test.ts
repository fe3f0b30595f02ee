import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALARM_NAMES } from "../../src/alarms.ts";
import { readConfig } from "../../src/config/settings.ts";
import { configSchema } from "../../src/config/schema.ts";
import { TestChain } from "../support/chain.ts";
import { start, Stores } from "../support/receiver.ts";
import { SPONSOR } from "../support/sponsor.ts";

const DOCS = join(import.meta.dirname, "../../../../docs");
const read = (name: string) => readFileSync(join(DOCS, name), "utf8");

describe("what operators are given", () => {
  it("an example configuration that is accepted", () => {
    const config = readConfig(join(DOCS, "operations/receiver.example.json"), {}, new Map());
    expect(Object.keys(config.routes)).to.have.length(3);
  });

  it("a word on every member of the configuration", () => {
    const text = read("operations.md");
    for (const name of Object.keys(configSchema.shape)) {
      if (name !== "$schema") expect(text, name).to.match(new RegExp(`\`[^\`]*\\b${name}\\b`));
    }
  });

  it("a page for each alarm", () => {
    const text = read("operations.md");
    for (const name of ALARM_NAMES) expect(text).to.contain(`### Alarm: ${name}\n`);
  });

  it("rules that wake nobody for what stops no payment", () => {
    const [, quiet = ""] =
      /alert: RmpsWarning\n +expr: rmps_alarm\{alarm=~"([^"]+)"\} == 1/.exec(read("operations/alerts.yml")) ?? [];
    expect(read("operations/alerts.yml")).to.contain(`expr: rmps_alarm{alarm!~"${quiet}"} == 1`);
    expect(ALARM_NAMES).to.include.members(quiet.split("|"));
  });

  it("a page for each rule", () => {
    const anchors = new Set(
      [...read("operations.md").matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, "")
          .replaceAll(" ", "-"),
      ),
    );
    const links = [...read("operations/alerts.yml").matchAll(/docs\/operations\.md#([^"]+)"/g)].map(
      ([, link]) => link!,
    );
    const pages = links.flatMap((link) =>
      link.includes("{{ $labels.alarm }}")
        ? ALARM_NAMES.map((name) => link.replace("{{ $labels.alarm }}", name))
        : [link],
    );
    expect(pages.length).to.be.above(ALARM_NAMES.length);
    for (const page of pages) expect(anchors, page).to.include(page);
  });

  describe("about metrics", () => {
    let served: Set<string>;
    let values: Map<string, number>;
    const named = (text: string) =>
      new Set([...text.matchAll(/\brmps_\w+/g)].map(([name]) => name.replace(/_bucket$/, "")));

    before(async () => {
      const chain = await TestChain.start();
      const stores = new Stores();
      const receiver = await start(chain, stores.path(), { sponsor: SPONSOR });
      try {
        const text = await (await fetch(`${receiver.url}/metrics`)).text();
        served = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!));
        values = new Map([...text.matchAll(/^(rmps_\S+) (\S+)$/gm)].map(([, name, value]) => [name!, Number(value)]));
      } finally {
        await receiver.close();
        await chain.stop();
        stores.remove();
      }
    });

    it("counters that begin at 0 for each label, so that what first happens is seen to rise", () => {
      for (const name of [
        'rmps_refusals_total{code="store-unavailable"}',
        'rmps_door_refusals_total{reason="overloaded"}',
        'rmps_door_refusals_total{reason="too-many-connections"}',
        'rmps_sent_total{purpose="dispute"}',
        'rmps_transactions{purpose="dispute"}',
        'rmps_sponsored_total{state="failed"}',
      ]) {
        expect(values.get(name), name).to.equal(0);
      }
    });

    it("a dashboard that shows each of them, and no other", () => {
      expect(served.size).to.be.above(10);
      expect([...named(read("operations/grafana-dashboard.json"))]).to.have.members([...served]);
    });

    it("rules that ask for some that exist", () => {
      const asked = named(read("operations/alerts.yml"));
      expect(asked.size).to.be.above(3);
      expect([...served]).to.include.members([...asked]);
    });

    it("a word on each, and on no other", () => {
      const table = [...read("operations.md").matchAll(/^\| `(rmps_\w+)(?:\{\w+\})?` /gm)].map(([, name]) => name!);
      expect(table).to.have.members([...served]);
      expect([...served]).to.include.members([...named(read("operations.md"))]);
    });
  });
});
