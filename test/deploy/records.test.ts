import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentRecord } from "@rmps/contracts/deploy";
import { deploymentOf, deployments, recordOf } from "@rmps/contracts/deployments";
import { expect } from "chai";
import {
  ADDRESSES,
  appendJournal,
  readJournal,
  readRecord,
  recordsModule,
  writeRecord,
} from "../../deploy/tool/records.ts";

const record: DeploymentRecord = {
  chainId: "5",
  network: "somewhere",
  family: "micro",
  manager: "0x00000000000000000000000000000000000000a1",
  token: "0x00000000000000000000000000000000000000a2",
  callbackToken: "0x00000000000000000000000000000000000000a2",
  block: 7,
  commit: "c0ffee",
  compiler: { version: "0.8.37", settings: {} },
  contracts: [],
  smokeTested: true,
};

describe("deployment records", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rmps-records-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are read as they were written", () => {
    writeRecord(folder, record);
    expect(readRecord(folder, 5n)).to.deep.equal(record);
    expect(readRecord(folder, 6n)).to.equal(undefined);
  });

  it("end the journal of what was sent", () => {
    appendJournal(folder, 5n, { what: "MicroToken", hash: "0x01" });
    appendJournal(folder, 5n, { what: "ChannelManager", hash: "0x02" });
    appendJournal(folder, 6n, { what: "MicroToken", hash: "0x03" });
    expect(readJournal(folder, 5n).map(({ hash }) => hash)).to.deep.equal(["0x01", "0x02"]);
    writeRecord(folder, record);
    expect(readJournal(folder, 5n)).to.deep.equal([]);
    expect(readJournal(folder, 6n)).to.have.length(1);
  });

  it("become a module that holds them all, by number", async () => {
    for (const chainId of ["10", "5", "100"]) writeRecord(folder, { ...record, chainId });
    appendJournal(folder, 6n, { what: "MicroToken", hash: "0x03" });
    const source = await recordsModule(folder);
    expect([...source.matchAll(/chainId: "(\d+)"/g)].map(([, id]) => id)).to.deep.equal(["5", "10", "100"]);
  });

  it("are those that the package exports", async () => {
    expect(readFileSync(join(ADDRESSES, "index.ts"), "utf8")).to.equal(await recordsModule(ADDRESSES));
    const ids = readdirSync(ADDRESSES).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []);
    for (const id of ids) {
      const stored = readRecord(ADDRESSES, BigInt(id));
      expect(recordOf(BigInt(id))).to.deep.equal(stored);
      expect(deploymentOf(Number(id))?.manager).to.equal(stored?.manager);
    }
    expect(deployments()).to.have.length(ids.length + 1);
  });

  it("are not made up for other chains", () => {
    expect(deploymentOf(1n)).to.equal(undefined);
    expect(deploymentOf(31337)).to.deep.equal(deploymentOf(31337n));
  });
});
