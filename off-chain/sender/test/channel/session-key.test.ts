import { generatePrivateKey } from "../support/key.ts";
import { expect } from "chai";
import { JsonRpcProvider, type TypedDataDomain, type TypedDataField } from "ethers";

import { eip1193Signer, memoryStore, SenderError, type Channels, type Eip1193Wallet } from "../../src/index.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

const CHAIN = 31337n;
const DEPOSIT = 10n * PRICE;

interface TypedData {
  domain: TypedDataDomain;
  types: Record<string, TypedDataField[]>;
  message: Record<string, unknown>;
}

/** A browser's wallet on the embedded chain that counts what it asks its owner to confirm. */
function browserWallet(provider: JsonRpcProvider, account: string) {
  const confirmed: unknown[] = [];
  const owner = { chain: CHAIN, accounts: [account], asked: 0, declines: false };
  const wallet: Eip1193Wallet & typeof owner & { confirmed: unknown[] } = {
    ...owner,
    confirmed,
    async request({ method, params = [] }) {
      if (method === "eth_accounts") return wallet.accounts;
      if (method === "eth_chainId") return `0x${wallet.chain.toString(16)}`;
      if (method === "eth_sendTransaction") {
        wallet.asked++;
        if (wallet.declines) throw Object.assign(new Error("User rejected the request."), { code: 4001 });
        confirmed.push(params[0]);
      }
      if (method === "eth_signTypedData_v4") {
        confirmed.push(params);
        const { domain, types, message } = JSON.parse(params[1] as string) as TypedData;
        const { EIP712Domain: _, ...own } = types;
        return (await provider.getSigner(account)).signTypedData(domain, own, message);
      }
      return provider.send(method, params) as Promise<unknown>;
    },
  };
  return wallet;
}

describe("a browser's wallet with a session key", () => {
  const world = useWorld();
  let provider: JsonRpcProvider;

  before(() => {
    const { url } = world.chain;
    provider = new JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 25 });
  });
  after(() => provider.destroy());

  function sender(wallet: Eip1193Wallet, more: { sessionKey?: ReturnType<typeof generatePrivateKey> } = {}) {
    const { sessionKey = generatePrivateKey() } = more;
    const signer = eip1193Signer(wallet, world.chain.address(2), CHAIN);
    return world.sender({ wallet: signer, sessionKey, rpc: provider, store: memoryStore(), autoFinalize: false });
  }

  const manager = () => ({ contract: world.chain.contract, block: 0 });
  const recover = (channels: Channels, receiver: string) =>
    channels.recover(CHAIN, manager(), (terms) => terms.receiver === receiver);

  it("confirms a deposit once, pays without being asked, and closes by one more", async () => {
    const seller = await world.seller();
    const wallet = browserWallet(provider, world.chain.address(2));
    const { pay } = sender(wallet);
    for (const path of ["/a", "/b", "/c"]) expect((await pay(seller.url + path)).status).to.equal(200);
    expect(wallet.confirmed).to.have.length(1);
    expect(wallet.confirmed[0]).to.include({ chainId: "0x7a69" });
    expect((await pay.close())[0]).to.include({ kind: "closed", by: "agreement", settled: 3n * PRICE });
    expect(wallet.confirmed).to.have.length(2);
  });

  it("sends nothing while the wallet is on another chain", async () => {
    const seller = await world.seller();
    const wallet = browserWallet(provider, world.chain.address(2));
    wallet.chain = 1n;
    const error = await rejection(sender(wallet).pay(`${seller.url}/a`), SenderError);
    expect(error).to.include({ code: "chain", message: "the wallet is on chain 1" });
    expect(error.remedy).to.contain("Switch the wallet to chain 31337");
    expect(wallet.confirmed).to.have.length(0);
  });

  it("sends nothing while the wallet gives another account, and leaves a locked wallet to ask its owner", async () => {
    const seller = await world.seller();
    const wallet = browserWallet(provider, world.chain.address(2));
    wallet.accounts = [world.chain.address(3)];
    const { pay } = sender(wallet);
    const error = await rejection(pay(`${seller.url}/a`), SenderError);
    expect(error).to.include({ code: "chain", message: "the wallet is on another account" });
    expect(wallet.confirmed).to.have.length(0);
    wallet.accounts = [];
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect(wallet.confirmed).to.have.length(1);
  });

  it("signs typed data for its account and its chain alone", async () => {
    const wallet = browserWallet(provider, world.chain.address(2));
    const signer = eip1193Signer(wallet, world.chain.address(2), CHAIN);
    const sign = () =>
      signer.signTypedData({ chainId: CHAIN }, { Word: [{ name: "word", type: "string" }] }, { word: "yes" });
    wallet.chain = 1n;
    expect((await rejection(sign(), SenderError)).remedy).to.contain("Nothing was signed. Switch the wallet");
    [wallet.chain, wallet.accounts] = [CHAIN, [world.chain.address(3)]];
    expect((await rejection(sign(), SenderError)).message).to.equal("the wallet is on another account");
    expect(wallet.confirmed).to.have.length(0);
    wallet.accounts = [world.chain.address(3), world.chain.address(2)];
    expect(await sign()).to.match(/^0x[0-9a-f]{130}$/);
  });

  it("says that it was declined, and opens the same channel when asked again", async () => {
    const seller = await world.seller();
    const wallet = browserWallet(provider, world.chain.address(2));
    const { pay, channel } = sender(wallet);
    wallet.declines = true;
    expect((await rejection(pay(`${seller.url}/a`), SenderError)).code).to.equal("rejected");
    const { id } = await channel();
    wallet.declines = false;
    expect((await pay(`${seller.url}/a`)).status).to.equal(200);
    expect((await channel()).id).to.equal(id);
  });

  it("asks for one transaction only where a close is declined", async () => {
    const seller = await world.seller();
    const wallet = browserWallet(provider, world.chain.address(2));
    const { pay, channel } = sender(wallet);
    await pay(`${seller.url}/a`);
    Object.assign(wallet, { declines: true, asked: 0 });
    expect((await rejection(pay.close(), SenderError)).code).to.equal("rejected");
    expect(wallet.asked).to.equal(1);
    expect((await world.chain.manager.stateOf((await channel()).id)).closesAt).to.equal(0n);
    wallet.declines = false;
    expect((await pay.close())[0]).to.include({ kind: "closed", by: "agreement", settled: PRICE });
  });

  it("gets the deposit back by the account alone, where key and book are lost", async () => {
    const seller = await world.seller();
    const wallet = browserWallet(provider, world.chain.address(2));
    await sender(wallet).pay(`${seller.url}/a`);
    const before = await world.chain.balance(world.chain.address(2));

    const channels = await sender(wallet).pay.channels;
    const [lost] = await recover(channels, seller.offer.receiver);
    expect(lost).to.include({ status: "open", deposit: DEPOSIT });
    expect(await channels.close(lost!)).to.include({ kind: "closing", by: "challenge", settled: 0n });
    expect(seller.only().ended, "the receiver was not asked").to.equal(false);
    expect(await channels.finalize(lost!), "not yet").to.equal(undefined);
    await world.chain.pass(3600);

    // Lost once more, in the middle of the challenge period.
    const again = await sender(wallet).pay.channels;
    const [closing] = await recover(again, seller.offer.receiver);
    expect(closing).to.include({ id: lost!.id, status: "closing" });
    expect(await again.finalize(closing!)).to.include({ kind: "closed", settled: 0n });
    expect((await world.chain.balance(world.chain.address(2))) - before).to.equal(DEPOSIT);
    expect(await recover(again, seller.offer.receiver)).to.deep.equal([]);
  });

  it("neither recovers nor pays with what its own key signs for, or what is refused", async () => {
    const seller = await world.seller();
    const sessionKey = generatePrivateKey();
    const wallet = browserWallet(provider, world.chain.address(2));
    await sender(wallet, { sessionKey }).pay(`${seller.url}/a`);
    expect(await recover(await sender(wallet, { sessionKey }).pay.channels, seller.offer.receiver)).to.deep.equal([]);

    const stranger = sender(wallet);
    const channels = await stranger.pay.channels;
    expect(await channels.recover(CHAIN, manager(), () => false)).to.deep.equal([]);
    const [lost] = await recover(channels, seller.offer.receiver);
    expect((await stranger.pay(`${seller.url}/b`)).status).to.equal(200);
    expect(seller.books.get(lost!.id)!.offered, "only by the key that is gone").to.deep.equal([PRICE]);
  });
});
