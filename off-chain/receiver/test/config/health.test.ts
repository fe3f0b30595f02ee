import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { healthUrl, isAlive } from "../../src/alive.ts";
import { RECEIVER, TestChain } from "../support/chain.ts";
import { runCommand } from "../support/command.ts";
import { CERT, KEY } from "../support/tls.ts";

describe("rmps-receiver --health", () => {
  let home: string;
  let chain: TestChain;
  const running = new Set<ChildProcess>();

  before(async () => {
    chain = await TestChain.start();
    home = mkdtempSync(join(tmpdir(), "rmps-health-"));
    writeFileSync(join(home, "cert.pem"), CERT);
    writeFileSync(join(home, "key.pem"), KEY);
  });
  after(async () => {
    for (const child of running) child.kill("SIGKILL");
    await chain.stop();
    rmSync(home, { recursive: true });
  });

  /** A configuration of a receiver without keys, listening on all addresses. */
  function configure(name: string, over: Record<string, unknown> = {}): string {
    const { url: rpc, manager, tokenAddress: token } = chain;
    const path = join(home, `${name}.json`);
    const store = `${name}.sqlite`;
    const given = {
      rpc,
      contract: manager.contract,
      token,
      receiver: RECEIVER.address,
      store,
      host: "0.0.0.0",
      port: 0,
    };
    writeFileSync(path, JSON.stringify({ ...given, ...over }));
    return path;
  }

  async function health(...args: string[]) {
    const { ended, errors } = runCommand([...args, "--health"]);
    return { code: (await ended).code, said: errors() };
  }

  for (const [name, over] of Object.entries({ plain: {}, tls: { tls: { cert: "cert.pem", key: "key.pem" } } })) {
    it(`asks a receiver with its own configuration, ${name}`, async () => {
      const config = configure(name, over);
      const { child, url, ended, errors } = runCommand(["--config", config]);
      running.add(child);
      const { port, protocol } = new URL((await url) ?? expect.fail(errors()));
      expect(await health("--config", config, "--port", port)).to.deep.equal({
        code: 0,
        said: `rmps-receiver: answers at ${protocol}//127.0.0.1:${port}/health\n`,
      });
      child.kill("SIGTERM");
      expect((await ended).code).to.equal(0);
      running.delete(child);
      const { code, said } = await health("--config", config, "--port", port);
      expect({ code, said }).to.deep.equal({ code: 1, said: said.replace("answers", "does not answer") });
      expect(said).to.contain("does not answer");
    });
  }

  it("fails where the configuration is none", async () => {
    const { code, said } = await health("--config", configure("wrong", { prot: 5000 }));
    expect(code).to.equal(1);
    expect(said).to.contain("prot");
  });

  describe("of a server", () => {
    let server: Server | undefined;

    afterEach(() => server?.close());

    /** One that answers every connection with the same bytes, or not at all. */
    async function serve(answer: string | undefined): Promise<URL> {
      server = createServer((socket) => {
        socket.on("error", () => socket.destroy());
        if (answer !== undefined) socket.once("data", () => socket.end(answer));
      });
      await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
      return healthUrl({ port: (server.address() as AddressInfo).port });
    }

    it("that is busy: it lives", async () => {
      expect(await isAlive(await serve("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"))).to.equal(true);
    });
    it("that never answers: it does not", async () => {
      expect(await isAlive(await serve(undefined), 200)).to.equal(false);
    });
    it("that answers something else than HTTP: it does not", async () => {
      expect(await isAlive(await serve("220 smtp\r\n"))).to.equal(false);
    });
  });

  it("asks at the usual place, and at this machine where it listens everywhere", () => {
    const at = (place: Parameters<typeof healthUrl>[0]) => healthUrl(place).href;
    expect(at({})).to.equal("http://127.0.0.1:5000/health");
    expect(at({ host: "0.0.0.0", port: 81 })).to.equal("http://127.0.0.1:81/health");
    expect(at({ host: "::", port: 81, tls: {} })).to.equal("https://[::1]:81/health");
    expect(at({ host: "10.0.0.5" })).to.equal("http://10.0.0.5:5000/health");
  });
});
