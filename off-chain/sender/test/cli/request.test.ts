import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";

import { main } from "../../src/cli/main.ts";
import { installedRmps } from "../support/command.ts";
import { useCliWorld } from "../support/cli-world.ts";
import { PRICE } from "../support/seller.ts";
import manifest from "../../package.json" with { type: "json" };

describe("rmps get and post", () => {
  const world = useCliWorld();

  it("writes the content to standard output and nothing else, receipts to standard error", async () => {
    const seller = await world.seller();
    const first = await world.run("get", `${seller.url}/a`);
    expect(first.code, first.stderr).to.equal(0);
    expect(first.stdout.toString()).to.equal("content of /a");
    expect(first.stderr).to.match(/opened channel 0x[0-9a-f]{8}… with 0\.1 MIC\npaid 0\.01 MIC/);
    const second = await world.run("get", `${seller.url}/b`, "--json");
    expect(JSON.parse(second.stderr)).to.include({
      kind: "paid",
      cost: PRICE.toString(),
      spent: (2n * PRICE).toString(),
    });
    const third = await world.run("get", `${seller.url}/c`, "--silent");
    expect(third.stderr).to.equal("");
    expect(seller.only().offered).to.deep.equal([PRICE, 2n * PRICE, 3n * PRICE]);
  });

  it("takes curl's options", async () => {
    let body = "";
    const seller = await world.seller({
      onPayment: async ({ request }) => {
        body = `${request.headers["content-type"]} ${request.headers["x-mine"]} `;
        for await (const chunk of request.setEncoding("utf8")) body += chunk as string;
        return undefined;
      },
    });
    const file = join(world.home, "data");
    await writeFile(file, "from a file");
    const target = join(world.home, "out");
    const run = await world.run("post", `${seller.url}/a`, "-d", `@${file}`, "-H", "X-Mine: 1", "-o", target, "-i");
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stdout.toString()).to.equal("");
    expect(body).to.equal("application/x-www-form-urlencoded 1 from a file");
    expect(await readFile(target, "utf8")).to.match(
      /^HTTP 200 OK\r\n[^]*rdn-cost: 10{16}\r\n[^]*\r\n\r\ncontent of \/a$/,
    );
    await world.run("post", `${seller.url}/a`, "-d", "text", "-H", "content-type: text/plain");
    expect(body).to.equal("text/plain undefined text");
  });

  it("passes on what the server answers, and fails with 22 only when asked to", async () => {
    const seller = await world.seller({
      onCharged: ({ response }) => {
        response.writeHead(418).end("a teapot");
        return true;
      },
    });
    const plain = await world.run("get", `${seller.url}/a`);
    expect([plain.code, plain.stdout.toString()]).to.deep.equal([0, "a teapot"]);
    const failing = await world.run("get", `${seller.url}/a`, "--fail");
    expect([failing.code, failing.stdout.toString()]).to.deep.equal([22, ""]);
  });

  it("exits with 3 above --max-price and --max-deposit, and signs nothing", async () => {
    const seller = await world.seller();
    for (const [limit, name] of [
      ["--max-price", "maxPrice"],
      ["--max-deposit", "maxDeposit"],
    ] as const) {
      const run = await world.run("get", `${seller.url}/a`, limit, "0.009");
      expect([run.code, run.stdout.toString()]).to.deep.equal([3, ""]);
      expect(run.stderr).to.contain("Nothing was signed").and.to.contain(limit);
      expect(run.stderr).to.contain(`${name}: 0.01 MIC is asked for, 0.009 MIC is allowed`);
    }
    expect(seller.books.size).to.equal(0);
    expect((await world.run("get", `${seller.url}/a`, "--max-price", "0.01")).code).to.equal(0);
  });

  it("has nothing to say where nobody reads on, as before head", async () => {
    const seller = await world.seller();
    let said = "";
    const stderr = new Writable({ write: (chunk: Buffer, _, done) => ((said += chunk.toString()), done()) });
    const stdout = new Writable({
      write: (_, __, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    const env = { RMPS_STATE: world.home, RMPS_RPC: world.chain.url };
    expect(await main(["get", `${seller.url}/a`, "--account", "2"], { env, stdout, stderr })).to.equal(0);
    expect(said).to.contain("paid 0.01 MIC").and.to.not.contain("EPIPE");
  });

  it("locks money for no longer than --max-challenge-period, a week unless given", async () => {
    const seller = await world.seller({ offer: { challengePeriod: 14 * 86_400 } });
    const refused = await world.run("get", `${seller.url}/a`);
    expect(refused.code).to.equal(3);
    expect(refused.stderr)
      .to.contain("1209600 is asked for, 604800 is allowed")
      .and.to.contain("--max-challenge-period");
    expect((await world.run("get", `${seller.url}/a`, "--max-challenge-period", "1209600")).code).to.equal(0);
    expect((await world.run("get", `${seller.url}/a`, "--max-challenge-period", "2w")).code).to.equal(2);
  });

  it("tells failures apart by its exit code, says what to do, and shows no stack trace", async () => {
    const seller = await world.seller();
    const poor = await world.runWith({}, "get", `${seller.url}/a`, "--account", "15");
    expect(poor.stderr).to.match(/the deposit is [\d.]+ MIC, the account 0x\w+ holds 0 MIC of token/);
    const refused = await world.seller({ onPayment: () => "invalid-signature" });
    const dropped = await world.seller({
      onCharged: ({ request }) => {
        request.socket.destroy();
        return true;
      },
    });
    const cases: [number, Awaited<ReturnType<typeof world.run>>][] = [
      [5, poor],
      [4, await world.run("get", `${refused.url}/a`)],
      [8, await world.run("post", `${dropped.url}/a`)],
      [7, await world.run("get", "http://127.0.0.1:1/a")],
      [6, await world.run("get", `${seller.url}/a`, "--rpc", "http://127.0.0.1:1")],
      [9, await world.runWith({ RMPS_STATE: "/dev/null/x" }, "get", `${seller.url}/a`, "--account", "2")],
      [2, await world.run("get", "localhost/a")],
      [2, await world.run("get", `${seller.url}/a`, "--max-price", "1e3")],
      [2, await world.run("get", `${seller.url}/a`, "-H", "nonsense")],
      [2, await world.run("get", `${seller.url}/a`, "--nonsense")],
      [2, await world.run("get")],
      [2, await world.runWith({}, "get", `${seller.url}/a`)],
    ];
    for (const [code, run] of cases) {
      expect(run.code, run.stderr).to.equal(code);
      expect(run.stdout.toString()).to.equal("");
      expect(run.stderr).to.not.match(/^\s+at /m);
      expect(run.stderr.length).to.be.greaterThan(10);
    }
    const json = await world.run("get", "http://127.0.0.1:1/a", "--json");
    expect(JSON.parse(json.stderr)).to.include({ exitCode: 7 });
  });

  it("asks for nothing that it could not write to its file", async () => {
    const seller = await world.seller();
    const run = await world.run("get", `${seller.url}/a`, "-o", join(world.home, "nowhere/content"));
    expect(run.code, run.stderr).to.equal(2);
    expect(run.stderr).to.contain("-o:");
    expect(seller.log).to.deep.equal([]);
  });

  it("is installed as a command", async () => {
    const seller = await world.seller();
    const env = { RMPS_STATE: world.home, RMPS_RPC: world.chain.url };
    const run = await installedRmps(["get", `${seller.url}/a`, "--account", "2"], env);
    expect([run.code, run.stdout.toString()]).to.deep.equal([0, "content of /a"]);
    expect((await installedRmps(["get", "nonsense"], env)).code).to.equal(2);
  });

  it("says its version", async () => {
    const { code, stdout } = await world.runWith({}, "--version");
    expect([code, stdout.toString()]).to.deep.equal([0, `${manifest.version}\n`]);
  });

  it("points to the help of the command that was used wrongly", async () => {
    expect((await world.run("open")).stderr)
      .to.contain("'--deposit <tokens>'")
      .and.to.contain("(rmps open --help ");
    expect((await world.run("opne")).stderr)
      .to.contain("Did you mean open?")
      .and.to.contain("(rmps --help ");
  });

  it("shows its exit codes and options in --help", async () => {
    for (const args of [["--help"], ["get", "--help"], ["close", "--help"]]) {
      const run = await world.runWith({}, ...args);
      expect(run.code).to.equal(0);
      expect(run.stdout.toString()).to.contain("Exit codes:");
    }
  });
});
