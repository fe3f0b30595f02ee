import { expect } from "chai";

import { account, openChannel, openShop, payment, prices, refusal, type Shop } from "./support/shop.ts";

describe("npm start: the shop and its payments", () => {
  let shop: Shop;

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.stop());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(shop.url + path, { headers });

  it("tells an unpaid request the price and the terms, and caches nothing", async () => {
    const response = await get("/doggo.jpg");
    expect(response.status).to.equal(402);
    expect(response.headers.get("cache-control")).to.equal("no-store");
    expect(response.headers.get("rdn-gateway-path")).to.equal("/api/1");
    expect(response.headers.get("rdn-price")).to.equal("20000000000000000");
    expect(response.headers.get("rdn-chain-id")).to.equal("31337");
    expect(response.headers.get("rdn-contract-address")).to.equal(shop.contract);
    expect(response.headers.get("rdn-token-address")).to.equal((await shop.token.getAddress()).toLowerCase());
    expect(response.headers.get("rdn-receiver-address")).to.equal(account(1).address.toLowerCase());
    expect(response.headers.get("rdn-receiver-signer")).to.equal(null);
    expect(response.headers.get("rdn-challenge-period")).to.equal("3600");
    expect(response.headers.get("rdn-balance-signature")).to.equal(null);
    expect(response.headers.get("content-type")).to.match(/^application\/problem\+json/);
    expect(await refusal(response)).to.equal("payment-required");
  });

  it("sells everything at its price, with a receipt that no cache may share", async () => {
    const channel = await openChannel(shop, 2);
    let spent = 0n;
    for (const [path, price] of Object.entries(prices)) {
      spent += price;
      const response = await get(path, payment(channel, spent));
      expect(response.status, path).to.equal(path === "/teapot.jpg" ? 418 : 200);
      expect(response.headers.get("cache-control"), path).to.equal("private");
      expect(response.headers.get("rdn-cost"), path).to.equal(price.toString());
      expect(response.headers.get("rdn-sender-balance"), path).to.equal(spent.toString());
      expect(response.headers.get("rdn-spent"), path).to.equal(spent.toString());
      expect(response.headers.get("rdn-sender-address"), path).to.equal(channel.terms.sender);
      const body = Buffer.from(await response.arrayBuffer());
      if (path.endsWith(".jpg")) {
        expect(response.headers.get("content-type"), path).to.equal("image/jpeg");
        expect(body.subarray(0, 3).toString("hex"), path).to.equal("ffd8ff");
      } else {
        expect(body.toString(), path).to.contain("tenth of a MIC");
      }
    }
  });

  it("refuses a replay, an underpayment, a lower balance and a foreign key", async () => {
    const channel = await openChannel(shop, 3);
    const price = prices["/doggo.jpg"];
    expect((await get("/doggo.jpg", payment(channel, price))).status).to.equal(200);

    const replay = await get("/doggo.jpg", payment(channel, price));
    expect(replay.status).to.equal(402);
    expect(replay.headers.get("rdn-invalid-amount")).to.equal("1");
    expect(replay.headers.get("cache-control")).to.equal("no-store");
    expect(await refusal(replay)).to.equal("insufficient-payment");

    const under = await get("/doggo.jpg", payment(channel, 2n * price - 1n));
    expect(under.status).to.equal(402);
    expect(await refusal(under)).to.equal("insufficient-payment");
    expect(under.headers.get("rdn-spent")).to.equal(price.toString());
    expect(under.headers.get("rdn-sender-balance")).to.equal((2n * price - 1n).toString());
    expect(under.headers.get("rdn-balance-signature")).to.equal(channel.proof(2n * price - 1n));

    expect((await get("/doggo.jpg", payment(channel, price - 1n))).status).to.equal(402);

    const stranger = await openChannel(shop, 4);
    const foreign = await get("/doggo.jpg", payment(channel, 3n * price, stranger.proof(3n * price)));
    expect(foreign.status).to.equal(402);
    expect(foreign.headers.get("rdn-invalid-balance-proof")).to.equal("1");
    expect(foreign.headers.get("rdn-balance-signature")).to.equal(null);
    expect(await refusal(foreign)).to.equal("invalid-signature");
  });

  it("refuses an unknown channel, and one whose terms are not those on offer", async () => {
    const channel = await openChannel(shop, 2);
    const unknown = { ...payment(channel, 10n ** 18n), "RDN-Channel-Id": `0x${"12".repeat(32)}` };
    const missing = await get("/doggo.jpg", unknown);
    expect(missing.status).to.equal(402);
    expect(missing.headers.get("rdn-nonexisting-channel")).to.equal("1");
    expect(await refusal(missing)).to.equal("channel-not-found");

    const receiverSigner = account(9).address.toLowerCase() as `0x${string}`;
    const planted = await openChannel(shop, 2, 10n ** 19n, { receiverSigner });
    const response = await get("/doggo.jpg", payment(planted, 10n ** 18n));
    expect(response.status).to.equal(402);
    expect(response.headers.get("rdn-nonexisting-channel")).to.equal("1");
    expect(await refusal(response)).to.equal("wrong-terms");
  });

  it("refuses a balance above the deposit and changes nothing", async () => {
    const channel = await openChannel(shop, 5, 10n ** 18n);
    const above = await get("/doggo.jpg", payment(channel, 10n ** 18n + 1n));
    expect(above.status).to.equal(402);
    expect(above.headers.get("rdn-invalid-balance-proof")).to.equal("1");
    expect(await refusal(above)).to.equal("balance-exceeds-deposit");
    expect((await get("/doggo.jpg", payment(channel, prices["/doggo.jpg"]))).status).to.equal(200);
  });

  it("calls garbage in any payment header malformed", async () => {
    const channel = await openChannel(shop, 6);
    const good = payment(channel, 10n ** 18n);
    const garbage = [
      "",
      " ",
      "0x",
      "-1",
      "+1",
      "01",
      "1e18",
      "1.0",
      "0x10",
      "nan",
      "💥",
      "9".repeat(100),
      "z".repeat(5000),
    ];
    for (const name of Object.keys(good)) {
      for (const value of garbage.filter((text) => !/[^\x20-\x7e]/.test(text))) {
        const response = await get("/doggo.jpg", { ...good, [name]: value });
        expect(response.status, `${name}: ${value.slice(0, 20)}`).to.equal(400);
        expect(await refusal(response), `${name}: ${value.slice(0, 20)}`).to.equal("malformed-payment");
      }
      const { [name]: _left, ...rest } = good;
      expect((await get("/doggo.jpg", rest)).status, `without ${name}`).to.equal(400);
    }
    for (const name of ["RDN-Price", "RDN-Contract-Address", "RDN-Receiver-Address", "RDN-Sender-Address"]) {
      expect((await get("/doggo.jpg", { ...good, [name]: "garbage" })).status, name).to.equal(400);
    }
    expect((await get("/doggo.jpg", { ...good, "RDN-Price": "1" })).status, "a cap below the price").to.equal(402);
    expect((await get("/doggo.jpg", good)).status, "the good one").to.equal(200);
  });

  it("serves 20 parallel requests with increasing proofs in random order", async () => {
    const channel = await openChannel(shop, 7);
    const price = prices["/kitten.jpg"];
    const balances = Array.from({ length: 20 }, (_, i) => price * BigInt(i + 1)).sort(() => Math.random() - 0.5);
    const answers = await Promise.all(balances.map((balance) => get("/kitten.jpg", payment(channel, balance))));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).to.have.length(20);
  });

  it("serves 20 parallel requests with one proof once", async () => {
    const channel = await openChannel(shop, 8);
    const headers = payment(channel, prices["/kitten.jpg"] * 20n);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get("/kitten.jpg", headers)));
    expect(answers.filter((answer) => answer.status === 200)).to.have.length(1);
    expect(answers.filter((answer) => answer.status === 402)).to.have.length(19);
  });
});
