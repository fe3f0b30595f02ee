import { expect } from "chai";
import { encryptKeystoreJson } from "ethers";
import { Office } from "../support/ops.ts";

describe("keys of operators' commands", () => {
  let office: Office;

  before(async () => {
    office = await Office.open();
  });
  after(() => office.close());

  const fund = (...key: string[]) => office.run("fund", "--tokens", "0", ...key, office.chain.token);

  it("come from a file or a keystore that only its owner can read", async () => {
    const { address, privateKey } = office.chain.account(1);
    const open = office.file("open.key", privateKey, 0o644);
    expect((await fund("--key-file", open)).stderr).to.match(/chmod 600/);
    const raw = office.file("raw.key", `${privateKey}\n`);
    expect((await fund("--key-file", raw)).code).to.equal(0);
    const keystore = office.file(
      "keystore.json",
      await encryptKeystoreJson({ address, privateKey }, "secret", { scrypt: { N: 2, r: 1, p: 1 } }),
    );
    const locked = await fund("--key-file", keystore);
    expect(locked.stderr).to.match(/RMPS_PASSWORD/);
  });

  it("must be named, and one way only", async () => {
    expect((await fund()).stderr).to.match(/^Say who sends/);
  });
});
