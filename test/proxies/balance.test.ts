import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RunningReceiver } from "@rmps/receiver";
import { expect } from "chai";
import { Agent, fetch } from "undici";

import { startPostgres } from "../../off-chain/receiver/test/store/postgres.ts";
import { eventually } from "../../off-chain/receiver/test/support/eventually.ts";
import { freePort } from "../../off-chain/receiver/test/support/free-port.ts";
import { recipe, startNginx, type Running } from "./support/servers.ts";
import { paymentHeaders, startWorld, type PaidChannel, type World } from "./support/world.ts";

const PRICE = 1000n;

/** A certificate that signs itself, with its key. */
function certificate(): { cert: string; key: string } {
  const directory = mkdtempSync(join(tmpdir(), "rmps-tls-"));
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const options = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", key, "-out", cert];
  const { status, stderr } = spawnSync("openssl", [...options, ...subject]);
  if (status !== 0) throw new Error(stderr.toString());
  const made = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  rmSync(directory, { recursive: true });
  return made;
}

describe("nginx before two receivers on one PostgreSQL, and another nginx behind", () => {
  let world: World;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let front: Running;
  let behind: Running;
  let receivers: RunningReceiver[];
  let agent: Agent;
  let url: string;
  let channel: PaidChannel;

  before(async () => {
    world = await startWorld();
    postgres = await startPostgres();
    const { cert, key } = certificate();
    const [port, behindPort] = [await freePort(), await freePort()];
    url = `https://localhost:${port}`;
    const echo = '$request_uri from $http_x_forwarded_for paid with "$http_rdn_channel_id$http_payment_signature"';
    behind = await startNginx(
      `server { listen 127.0.0.1:${behindPort}; default_type text/plain; location / { return 200 '${echo}'; } }`,
      behindPort,
    );
    const upstream = `http://127.0.0.1:${behindPort}`;
    const open = () =>
      world.receiver({
        store: postgres.url,
        origin: url,
        routes: { "/sold/*": { price: PRICE, upstream } },
        door: { trustedProxies: ["127.0.0.1"] },
      });
    receivers = [await open(), await open()];
    const [first, second] = receivers.map((receiver) => new URL(receiver.url).host);
    front = await startNginx(
      recipe("nginx-balance.conf", {
        "127.0.0.1:5001": first!,
        "127.0.0.1:5002": second!,
        "127.0.0.1:8443": `127.0.0.1:${port}`,
      }),
      port,
      { "cert.pem": cert, "key.pem": key },
    );
    agent = new Agent({ connect: { ca: cert } });
    channel = await world.channel();
    // A deposit counts from the next look of the receiver that leads, whoever is asked.
    await eventually(async () => ((await receivers[0]!.store.channel(channel.id))?.confirmedDeposit ?? 0n) > 0n);
  });
  after(async () => {
    await agent.close();
    await front.stop();
    await behind.stop();
    await world.stop();
    await postgres.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers, dispatcher: agent });
  const payments = async ({ url }: RunningReceiver) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^rmps_payments_total (\d+)/m.exec(text)?.[1]);
  };
  let balance = 0n;

  it("offers under the origin that clients know, the Payment scheme too", async () => {
    const answer = await get("/sold/a");
    expect(answer.status).to.equal(402);
    expect(answer.headers.get("www-authenticate")).to.match(/^Payment /);
    const offer = JSON.parse(Buffer.from(answer.headers.get("payment-required")!, "base64").toString()) as {
      resource: { url: string };
    };
    expect(offer.resource.url).to.equal(`${url}/sold/a`);
  });

  it("serves increasing proofs over both receivers, in any order", async () => {
    const count = 40;
    const balances = Array.from({ length: count }, (_, i) => PRICE * BigInt(((i * 7) % count) + 1));
    balance = PRICE * BigInt(count);
    const answers = await Promise.all(balances.map((each) => get("/sold/a?b=c", paymentHeaders(channel, each))));
    expect(answers.map(({ status }) => status)).to.deep.equal(balances.map(() => 200));
    for (const receiver of receivers) expect(await payments(receiver)).to.be.greaterThan(0);
  });

  it("sells one proof once, whoever is asked", async () => {
    balance += 5n * PRICE;
    const headers = paymentHeaders(channel, balance);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get("/sold/a", headers)));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
  });

  it("tells the server behind who asks, whatever the client claims, and nothing of the payment", async () => {
    balance += PRICE;
    const answer = await get("/sold/a?b=c", { ...paymentHeaders(channel, balance), "x-forwarded-for": "203.0.113.9" });
    expect(await answer.text()).to.equal('/sold/a?b=c from 127.0.0.1 paid with ""');
    expect(answer.headers.get("rdn-cost")).to.equal(String(PRICE));
    expect(answer.headers.get("cache-control")).to.equal("private");
  });

  it("goes on selling when one receiver is gone", async () => {
    await receivers[0]!.close();
    for (let i = 0; i < 10; i++) {
      balance += PRICE;
      const answer = await get("/sold/a", paymentHeaders(channel, balance));
      expect(answer.status).to.equal(200);
      await answer.text();
    }
  });
});
