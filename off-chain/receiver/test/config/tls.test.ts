import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import type { RunningReceiver } from "../../src/receiver.ts";
import { RefusedToStart } from "../../src/refused-to-start.ts";
import { TestChain } from "../support/chain.ts";
import { start, Stores } from "../support/receiver.ts";
import { CERT, KEY } from "../support/tls.ts";

describe("TLS", () => {
  const stores = new Stores();
  let chain: TestChain;
  let home: string;
  let cert: string;
  let key: string;

  before(async () => {
    chain = await TestChain.start();
    home = mkdtempSync(join(tmpdir(), "rmps-tls-"));
    [cert, key] = [join(home, "cert.pem"), join(home, "key.pem")];
    writeFileSync(cert, CERT);
    writeFileSync(key, KEY);
  });
  after(async () => {
    await chain.stop();
    rmSync(home, { recursive: true });
    stores.remove();
  });

  const open = (tls: { cert: string; key: string }) =>
    start(chain, stores.path(), { tls, routes: { "/a": { price: 1n, handler: () => "content" } } });

  /** Status, challenges, and whose certificate was shown. The certificate is compared, not its signature. */
  const get = ({ url }: RunningReceiver, options: RequestOptions = {}) =>
    new Promise<{ status: number | undefined; offer: string | undefined; shown: string }>((resolve, reject) => {
      request(`${url}/a`, { rejectUnauthorized: false, ...options }, (answer) => {
        const shown = (answer.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? "";
        answer.resume().on("end", () => {
          resolve({ status: answer.statusCode, offer: answer.headers["www-authenticate"], shown });
        });
      })
        .on("error", reject)
        .end();
    });

  it("is spoken with the certificate that is given, as file or text, and offers every dialect", async () => {
    for (const tls of [
      { cert, key },
      { cert: CERT, key: KEY },
    ]) {
      const receiver = await open(tls);
      try {
        expect(receiver.url).to.match(/^https:/);
        const { status, offer, shown } = await get(receiver);
        expect(status).to.equal(402);
        expect(offer).to.match(/^Payment /);
        expect(shown).to.equal(new X509Certificate(CERT).fingerprint256);
      } finally {
        await receiver.close();
      }
    }
  });

  it("is not spoken in its old versions, nor is plain HTTP", async () => {
    const receiver = await open({ cert, key });
    try {
      const old = await get(receiver, {
        minVersion: "TLSv1",
        maxVersion: "TLSv1.1",
        ciphers: "DEFAULT@SECLEVEL=0",
      }).catch(String);
      expect(old).to.match(/protocol version/i);
      const plain = await fetch(receiver.url.replace("https", "http")).then(({ status }) => status, String);
      expect(plain).to.not.equal(402);
      expect((await get(receiver)).status, "and it goes on").to.equal(402);
    } finally {
      await receiver.close();
    }
  });

  it("is refused with files that are not there, or do not belong together", async () => {
    const refusal = (tls: { cert: string; key: string }) => open(tls).catch((error: unknown) => error);
    const cases = [
      [{ cert: join(home, "other.pem"), key }, /tls.cert: .*other.pem cannot be read \(ENOENT\)/],
      [{ cert, key: cert }, /cannot be used together/],
      [{ cert: KEY, key: KEY }, /cannot be used together/],
    ] as const;
    for (const [tls, message] of cases) {
      const error = await refusal(tls);
      expect(error).to.be.instanceOf(RefusedToStart);
      expect((error as RefusedToStart).message).to.match(message);
    }
  });
});
