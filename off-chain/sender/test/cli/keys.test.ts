import { expect } from "chai";
import { encryptKeystoreJsonSync, Wallet } from "ethers";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { findKey } from "../../src/cli/keys.ts";
import { SenderError } from "../../src/errors.ts";
import { useCliWorld } from "../support/cli-world.ts";
import { rejection } from "../support/world.ts";

describe("rmps: keys", () => {
  const world = useCliWorld();
  const fails = async (...args: Parameters<typeof findKey>) => (await rejection(findKey(...args), SenderError)).message;

  it("come from a keystore, with a password from a file or the environment", async () => {
    const wallet = new Wallet(world.chain.key(2));
    const keystore = join(world.home, "keystore.json");
    const account = { address: wallet.address, privateKey: wallet.privateKey };
    await writeFile(keystore, encryptKeystoreJsonSync(account, "secret", { scrypt: { N: 1024 } }));
    const passwordFile = join(world.home, "password");
    await writeFile(passwordFile, "secret\n", { mode: 0o600 });
    const expected = Buffer.from(wallet.privateKey.slice(2), "hex");
    const found = await findKey({ keystore, passwordFile }, {});
    expect(Buffer.from(found.key as Uint8Array).equals(expected)).to.equal(true);
    expect(found.onlyChain, "good for all chains").to.equal(undefined);
    expect((await findKey({}, { RMPS_KEYSTORE: keystore, RMPS_PASSWORD: "secret" })).key).to.deep.equal(found.key);
    expect(await fails({ keystore }, { RMPS_PASSWORD: "wrong" })).to.match(/password does not open/);
    expect(await fails({ keystore: passwordFile }, {})).to.match(/no keystore/);
    expect(await fails({ keystore: join(world.home, "missing") }, {})).to.match(/ENOENT/);
    await chmod(passwordFile, 0o640);
    expect(await fails({ keystore, passwordFile }, {})).to.match(/read by others/);
  });

  it("come from a file that only its owner can read", async () => {
    const keyFile = join(world.home, "key");
    await writeFile(keyFile, `${world.chain.key(2)}\n`, { mode: 0o600 });
    const seller = await world.seller();
    const run = await world.runWith({}, "get", `${seller.url}/a`, "--key-file", keyFile);
    expect(run.code, run.stderr).to.equal(0);
    await chmod(keyFile, 0o604);
    expect(await fails({ keyFile }, {})).to.match(/read by others/);
    expect(await fails({ keyFile: world.chain.key(2) }, {}))
      .to.match(/is a key itself/)
      .and.not.contain(world.chain.key(2));
    await writeFile(keyFile, "not a key");
    await chmod(keyFile, 0o600);
    expect(await fails({}, { RMPS_KEY_FILE: keyFile })).to.match(/not a private key/);
  });

  it("come from the environment", async () => {
    const seller = await world.seller();
    const run = await world.runWith({ RMPS_KEY: world.chain.key(2).slice(2) }, "get", `${seller.url}/a`);
    expect(run.code, run.stderr).to.equal(0);
    expect(await fails({}, { RMPS_KEY: "0x12" })).to.match(/not a private key/);
    expect(await fails({}, {})).to.equal("no key");
  });

  it("come from the command line on chain 31337 only, and never show in messages", async () => {
    const key = world.chain.key(2);
    expect(await findKey({ key }, {})).to.have.property("onlyChain", 31337n);
    expect(await findKey({ account: "2" }, {})).to.deep.equal(await findKey({ key }, {}));
    for (const account of ["20", "-1", "x"]) expect(await fails({ account }, {})).to.match(/not one of Hardhat's/);
    const wrong = `${key.slice(0, -1)}g`;
    expect(await fails({ key: wrong }, {})).to.not.contain(wrong.slice(4, 20));

    const seller = await world.seller({ offer: { manager: { chainId: 1n, contract: `0x${"ab".repeat(20)}` } } });
    const run = await world.runWith({}, "get", `${seller.url}/a`, "--key", key);
    expect(run.code, "another chain").to.equal(3);
    expect(seller.books.size).to.equal(0);
  });
});
