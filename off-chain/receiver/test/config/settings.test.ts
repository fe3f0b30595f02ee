import { expect } from "chai";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encryptKeystoreJsonSync, Wallet } from "ethers";
import { optionsFrom } from "../../src/config/from-config.ts";
import { readConfig } from "../../src/config/settings.ts";
import { readKey } from "../../src/keys.ts";
import { RefusedToStart } from "../../src/refused-to-start.ts";
import { account } from "../support/chain.ts";

const CONTRACT = `0x${"c0".repeat(20)}`;
const TOKEN = `0x${"70".repeat(20)}`;
const LEAST = { rpc: "http://127.0.0.1:8545", contract: CONTRACT, token: TOKEN };

describe("the configuration", () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "rmps-config-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  function write(name: string, content: unknown, mode = 0o600): string {
    const path = join(home, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    chmodSync(path, mode);
    return path;
  }

  async function refusal(work: () => unknown): Promise<RefusedToStart> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RefusedToStart) return error;
      throw error;
    }
    throw new Error("it was taken");
  }

  const none = new Map<string, string>();

  it("comes from the file, which variables override, which options override", () => {
    const file = write("receiver.json", { ...LEAST, port: 1, store: "a.sqlite" });
    expect(readConfig(file, {}, none)).to.include({ port: 1, store: "a.sqlite" });
    expect(readConfig(file, { PORT: "2", RMPS_STORE: "b.sqlite" }, none)).to.include({ port: 2, store: "b.sqlite" });
    expect(readConfig(file, { PORT: "2" }, new Map([["port", "3"]]))).to.include({ port: 3 });
    expect(readConfig(file, { PORT: "" }, none), "an empty variable is none").to.include({ port: 1 });
  });

  it("needs no file", () => {
    const env = { RMPS_RPC: "http://a, http://b", RMPS_CONTRACT: CONTRACT, RMPS_TOKEN: TOKEN, RMPS_GAS_KEY_FILE: "k" };
    const config = readConfig(undefined, env, none);
    expect(config.rpc).to.deep.equal(["http://a", "http://b"]);
    expect(config.keys.gas).to.deep.equal({ file: "k" });
  });

  for (const [what, change, message] of [
    ["a name that does not exist", { prot: 5000 }, /prot/],
    ["a port that is none", { port: 70000 }, /port \(--port, PORT\)/],
    ["a malformed address", { contract: "0x12" }, /contract \(--contract, RMPS_CONTRACT\).*40 hex/],
    ["an RPC URL of another kind", { rpc: "ftp://x" }, /rpc.*starts with http/],
    ["an RPC URL that is none", { rpc: "http://127.0.0.1:99999" }, /rpc.*starts with http/],
    ["one such among others", { rpc: ["http://127.0.0.1:8545", "node"] }, /rpc\.1: .*starts with http/],
    ["what is missing", { contract: undefined }, /contract \(--contract, RMPS_CONTRACT\): It is missing/],
    ["no node at all", { rpc: undefined }, /rpc \(--rpc, RMPS_RPC\): Give the URL/],
    ["a key in the place of its file", { keys: { gas: 5 } }, /keys\.gas: A key is the name of its file/],
    ["a misspelt name inside", { keys: { gas: { fil: "x" } } }, /keys\.gas\.file .*: It is missing[^]*"fil"/],
    ["a misspelt name in a route", { routes: { "/x": { price: "1", file: "x", desc: "y" } } }, /"desc"/],
    [
      "a path without a slash",
      { routes: { "doggo.jpg": { price: "1", file: "x" } } },
      /routes: Every path starts with \//,
    ],
    [
      "a route without content",
      { routes: { "/x": { price: "1" } } },
      /routes\.\/x.*file, directory, upstream or module/,
    ],
    ["a price that is no amount", { routes: { "/x": { price: "0.02", file: "x" } } }, /routes\.\/x\.price: Write/],
    ["a negative confirmation", { confirmations: -1 }, /confirmations/],
    ["a word for confirmations that does not exist", { confirmations: "soon" }, /confirmations.*"finalized"/],
    ["a limit that is none", { door: { perAddress: true } }, /door\.perAddress: Write false, or/],
  ] as const) {
    it(`refuses ${what}, and says where`, async () => {
      const file = write("receiver.json", { ...LEAST, ...change });
      const error = await refusal(() => readConfig(file, {}, none));
      expect(error.message).to.match(message);
      expect(error.message).to.contain(file);
    });
  }

  it("never repeats a key that stands in the place of its file", async () => {
    const { key } = account(1);
    for (const keys of [{ gas: key }, { gas: key.slice(2) }, { gas: { file: key } }]) {
      const file = write("receiver.json", { ...LEAST, keys });
      const { message } = await refusal(async () => optionsFrom(readConfig(file, {}, none), file, {}));
      expect(message).to.match(/keys\.gas: .*never the key itself|keys\.gas\.file .*: This is a key/);
      expect(message.toLowerCase()).not.to.contain(key.slice(2, 12));
    }
  });

  it("refuses what is not JSON, or not there", async () => {
    expect((await refusal(() => readConfig(write("a.json", "{"), {}, none))).message).to.contain("not JSON");
    expect((await refusal(() => readConfig(write("b.json", "[]"), {}, none))).message).to.contain("not a JSON object");
    expect((await refusal(() => readConfig(join(home, "c.json"), {}, none))).message).to.contain("ENOENT");
  });

  it("reads amounts in smallest units or in tokens, and paths from where the file is", async () => {
    const key = write("key", account(1).key);
    mkdirSync(join(home, "files"));
    const routes = {
      "/a": { price: "7", file: "files/a" },
      "/b": { price: "0.02 token", directory: "files" },
      "/c": { price: "3 tokens", upstream: "http://127.0.0.1:8080" },
    };
    const file = write("receiver.json", { ...LEAST, keys: { agreement: "key" }, routes, minDeposit: "1 token" });
    const options = await optionsFrom(readConfig(file, {}, none), file, {});
    expect(options.routes?.["/a"]).to.deep.include({ price: 7n, file: join(home, "files/a") });
    expect(options.routes?.["/b"]).to.deep.include({ price: 20_000_000_000_000_000n, directory: join(home, "files") });
    expect(options.routes?.["/c"]).to.deep.include({ price: 3n * 10n ** 18n });
    expect(options.minDeposit).to.equal(10n ** 18n);
    expect(options.keys?.agreement).to.equal(account(1).key);
    expect(key).to.contain(home);
  });

  it("refuses more digits than the token has", async () => {
    const routes = { "/b": { price: "0.0000001 token", file: "x" } };
    const file = write("receiver.json", { ...LEAST, decimals: 6, routes });
    expect((await refusal(() => optionsFrom(readConfig(file, {}, none), file, {}))).message).to.contain("6 decimals");
  });

  it("loads a handler and its price from a module", async () => {
    write(
      "shop.mjs",
      "export const price = (request) => BigInt(request.path.length); export const handler = () => 'hi';",
    );
    write("dear.mjs", "export const handler = () => 'hi';");
    const read = (routes: unknown) => {
      const file = write("receiver.json", { ...LEAST, routes });
      return optionsFrom(readConfig(file, {}, none), file, {});
    };
    const options = await read({ "/x": { module: "shop.mjs" }, "/y": { module: "dear.mjs", price: "5" } });
    expect(options.routes?.["/x"]?.price).to.be.a("function");
    expect(options.routes?.["/y"]?.price).to.equal(5n);
    expect((await refusal(() => read({ "/y": { module: "dear.mjs" } }))).message).to.contain("no price");
    expect((await refusal(() => read({ "/y": { module: "none.mjs", price: "1" } }))).message).to.contain("none.mjs");
  });

  it("takes the operator's token from a file of its owner or the environment, and no short one", async () => {
    const file = write("receiver.json", { ...LEAST, apiTokenFile: "token" });
    const read = (env: Record<string, string> = {}) => optionsFrom(readConfig(file, {}, none), file, env);
    write("token", `${"t".repeat(32)}\n`);
    expect((await read()).apiToken).to.equal("t".repeat(32));
    for (const bad of ["short", "", `${"t".repeat(32)} ${"t".repeat(32)}`]) {
      write("token", bad);
      const { message, remedy } = await refusal(() => read());
      expect(message).to.match(/token holds no operator's token/);
      expect(remedy).to.contain("20 or more characters");
    }
    write("token", "t".repeat(32), 0o644);
    expect((await refusal(() => read())).message).to.contain("644");
  });

  it("reads hex keys and keystores, never from a file that others may read, and never quotes them", async () => {
    const { key } = account(3);
    expect(await readKey({ file: write("a", `${key}\n`) })).to.equal(key);
    expect(await readKey({ file: write("b", key.slice(2)) })).to.equal(key);
    const keystore = encryptKeystoreJsonSync(new Wallet(key), "secret", { scrypt: { N: 2, r: 8, p: 1 } });
    const file = write("keystore", keystore);
    expect(await readKey({ file, password: "secret" })).to.equal(key);
    expect(await readKey({ file, passwordFile: write("password", "secret\n") })).to.equal(key);
    expect((await refusal(() => readKey({ file }))).message).to.contain("no password");
    expect((await refusal(() => readKey({ file, password: "wrong" }))).message).to.contain("cannot be opened");
    for (const mode of [0o640, 0o604, 0o644, 0o666]) {
      const error = await refusal(() => readKey({ file: write("c", key, mode) }));
      expect(error.remedy).to.match(/chmod 600/);
    }
    const bad = await refusal(() => readKey({ file: write("d", `${key.slice(0, -1)}z`) }));
    expect(bad.message + bad.remedy).to.not.contain(key.slice(2, 20));
    expect((await refusal(() => readKey({ file: join(home, "none") }))).message).to.contain("ENOENT");
  });
});
