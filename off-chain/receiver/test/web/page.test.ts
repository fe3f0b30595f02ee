import { expect } from "chai";
import { createHash } from "node:crypto";
import type { RunningReceiver } from "../../src/receiver.ts";
import { TestChain } from "../support/chain.ts";
import { start, Stores } from "../support/receiver.ts";

const HTML = { accept: "text/html,application/xhtml+xml" };
const sha256 = (content: string | Uint8Array) => `sha256-${createHash("sha256").update(content).digest("base64")}`;

describe("The web page that a receiver serves", () => {
  let chain: TestChain;
  let receiver: RunningReceiver;
  const stores = new Stores();

  before(async () => {
    chain = await TestChain.start();
    receiver = await start(chain, stores.path(), {
      routes: {
        "/a": { price: 5n, description: "</script><b>{{facts}} $& &amp;", handler: () => "content" },
        "/own-policy": {
          price: 5n,
          handler: () => ({ headers: { "content-security-policy": "img-src 'self'" }, body: "content" }),
        },
        "/trusted": { price: 5n, sandbox: false, handler: () => "content" },
        "/guest": { price: 0n, sandbox: true, handler: () => "content" },
        "/free": { price: 0n, handler: () => "content" },
      },
    });
  });
  after(async () => {
    await receiver.close();
    await chain.stop();
    stores.remove();
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(receiver.url + path, { headers });
  const policyOf = ({ headers }: Response) => (headers.get("content-security-policy") ?? "").split("; ");
  const factsIn = (html: string) =>
    JSON.parse(/<script type="application\/json" id="facts">([^]*?)<\/script>/.exec(html)![1]!) as Record<
      string,
      unknown
    >;

  it("is a refusal like any other: 402, not stored, with every dialect's offer", async () => {
    const answer = await get("/a", HTML);
    expect(answer.status).to.equal(402);
    const { headers } = answer;
    expect(headers.get("cache-control")).to.equal("no-store");
    expect(headers.get("content-type")).to.equal("text/html; charset=utf-8");
    for (const name of ["rdn-price", "www-authenticate", "payment-required"])
      expect(headers.has(name), name).to.equal(true);
    expect((await get("/a")).headers.get("content-type")).to.contain("application/problem+json");
  });

  it("lets nothing run but its own script, call nobody but the receiver, and nobody frame it", async () => {
    const answer = await get("/a", HTML);
    const html = await answer.text();
    const script = /<script defer src="([^"]+)" integrity="([^"]+)">/.exec(html)!;
    expect(sha256(await (await get(script[1]!)).text())).to.equal(script[2]);
    const style = /<style>([^]*?)<\/style>/.exec(html)![1]!;
    expect(policyOf(answer)).to.deep.equal([
      "default-src 'none'",
      `script-src '${script[2]}'`,
      `style-src '${sha256(style)}'`,
      `connect-src 'self' ${chain.url}`,
      "img-src data: blob:",
      "media-src blob:",
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(answer.headers.get("x-content-type-options")).to.equal("nosniff");
    expect(answer.headers.get("referrer-policy")).to.equal("no-referrer");
    expect(answer.headers.get("cross-origin-opener-policy")).to.equal("same-origin-allow-popups");
    expect(answer.headers.get("permissions-policy")).to.equal("camera=(), geolocation=(), microphone=()");
    expect(html, "no third party").to.not.match(/(?:src|href)="(?!\/_rmps\/|data:|")/);
    expect(html, "no inline handler or style").to.not.match(/\s(?:on\w+|style)="/);
  });

  it("writes what the seller says as text, once", async () => {
    const html = await (await get("/a", HTML)).text();
    expect(html).to.contain('<h1 id="title">&lt;/script&gt;&lt;b&gt;{{facts}} $&amp; &amp;amp;</h1>');
    expect(factsIn(html)).to.include({ title: "</script><b>{{facts}} $& &amp;", price: "5", chainId: "31337" });
  });

  it("tells whether another origin led here", async () => {
    const crossSite = async (site?: string) =>
      factsIn(await (await get("/a", { ...HTML, ...(site !== undefined && { "sec-fetch-site": site }) })).text())[
        "crossSite"
      ];
    for (const site of ["none", "same-origin", undefined]) expect(await crossSite(site), site).to.equal(false);
    for (const site of ["cross-site", "same-site", "nonsense"]) expect(await crossSite(site), site).to.equal(true);
  });

  it("serves its files free, for ever, and compressed on request", async () => {
    const html = await (await get("/a", HTML)).text();
    const script = /src="([^"]+)"/.exec(html)![1]!;
    const { frame } = factsIn(html) as { frame: string };
    for (const path of [script, frame]) {
      const plain = await get(path, { "accept-encoding": "identity" });
      expect(plain.status, path).to.equal(200);
      expect(plain.headers.get("cache-control")).to.equal("public, max-age=31536000, immutable");
      expect(plain.headers.get("x-content-type-options")).to.equal("nosniff");
      expect(plain.headers.get("referrer-policy")).to.equal("no-referrer");
      expect(plain.headers.get("cross-origin-resource-policy")).to.equal("same-origin");
      expect(plain.headers.get("vary")).to.contain("Accept-Encoding");
      const small = await get(path, { "accept-encoding": "gzip" });
      expect(small.headers.get("content-encoding")).to.equal("gzip");
      expect(await small.text()).to.equal(await plain.text());
    }
    expect((await get("/_rmps/web/app.js")).status).to.equal(404);
    expect((await get("/_rmps/web/../../package.json")).status).to.be.oneOf([400, 404]);
  });

  it("keeps paid HTML in a frame without an origin, which calls nobody and shows nothing of strangers", async () => {
    const { frame } = factsIn(await (await get("/a", HTML)).text()) as { frame: string };
    expect(policyOf(await get(frame))).to.deep.equal([
      "sandbox allow-scripts allow-popups allow-top-navigation-by-user-activation",
      "default-src 'none'",
      "script-src 'unsafe-inline'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      "media-src 'self' data: blob:",
      "form-action 'none'",
      "frame-ancestors 'self'",
    ]);
  });

  it("is followed by paid answers that are sandboxed, beside a policy of their own, unless the route says otherwise", async () => {
    const channel = await chain.open(2, 1_000n);
    let balance = 0n;
    const buy = async (path: string) => {
      balance += 5n;
      const answer = await get(path, {
        "rdn-channel-id": channel.id,
        "rdn-sender-balance": balance.toString(),
        "rdn-balance-signature": channel.proof(balance),
      });
      expect(answer.status, path).to.equal(200);
      return answer.headers.get("content-security-policy");
    };
    const sandbox =
      "sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads " +
      "allow-top-navigation-by-user-activation";
    expect(await buy("/a")).to.equal(sandbox);
    expect(await buy("/own-policy")).to.equal(`img-src 'self', ${sandbox}`);
    expect(await buy("/trusted")).to.equal(null);
    expect((await get("/guest")).headers.get("content-security-policy")).to.equal(sandbox);
    expect((await get("/free")).headers.get("content-security-policy")).to.equal(null);
  });
});

describe("The web page, switched off or on another chain's terms", () => {
  const stores = new Stores();
  let chain: TestChain;
  before(async () => {
    chain = await TestChain.start();
  });
  after(async () => {
    await chain.stop();
    stores.remove();
  });

  const routes = { "/a": { price: 5n, handler: () => "content" } };

  it("gives way to a plain page, without files or sandbox", async () => {
    const receiver = await start(chain, stores.path(), { routes, web: false });
    const answer = await fetch(`${receiver.url}/a`, { headers: HTML });
    expect(answer.status).to.equal(402);
    expect(await answer.text()).to.not.contain("<script");
    await receiver.close();
  });

  it("names the node of the demo wallet where that is on this machine: another one's URL may hold a secret", async () => {
    const rpc = ["http://0.0.0.0:1/secret", chain.url]; // the first is nowhere, and no loopback
    const receiver = await start(chain, stores.path(), { routes, rpc });
    const answer = await fetch(`${receiver.url}/a`, { headers: HTML });
    const policy = answer.headers.get("content-security-policy");
    expect(policy).to.contain(`connect-src 'self' ${new URL(chain.url).origin};`);
    expect(await answer.text())
      .to.contain(chain.url)
      .and.not.to.contain("secret");
    await receiver.close();
  });

  it("names the node of the demo wallet as it is told, and no other", async () => {
    const demoRpc = "https://node.example:8545/path?key=1";
    const receiver = await start(chain, stores.path(), { routes, web: { demoRpc } });
    const answer = await fetch(`${receiver.url}/a`, { headers: HTML });
    expect(answer.headers.get("content-security-policy")).to.contain("connect-src 'self' https://node.example:8545;");
    await receiver.close();
    const wrong = start(chain, stores.path(), { routes, web: { demoRpc: "ws://node.example" } });
    expect(await wrong.catch((error: Error) => error.message)).to.contain("web.demoRpc: Write an HTTP URL");
  });
});
