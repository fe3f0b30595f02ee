import { expect } from "chai";

import { openShop, type Shop } from "./support/shop.ts";
import { numbers, receipt, says, useBrowser } from "./support/visit.ts";
import { installWallet } from "./support/wallet.ts";

describe("the web page while its wallet goes elsewhere", () => {
  let shop: Shop;
  const { visitor } = useBrowser(() => [shop.url]);

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.close());

  async function customer(index: number) {
    const someone = await visitor();
    const wallet = await installWallet(someone.context, shop.chain, index);
    const page = await someone.open(`${shop.url}/doggo.jpg`);
    await page.getByRole("button", { name: "Test wallet" }).click();
    await page.getByLabel("Deposit", { exact: true }).waitFor();
    return { page, wallet };
  }

  /** Connects, deposits what is suggested and buys the dog. */
  async function bought(index: number) {
    const someone = await customer(index);
    await someone.page.getByRole("button", { name: "Deposit and pay" }).click();
    expect(await receipt(someone.page)).to.equal("Paid 0.02 MIC.");
    return someone;
  }

  const shown = (index: number) => {
    const address = shop.chain.account(index).address.toLowerCase();
    return `account ${address.slice(0, 6)}…${address.slice(-4)}`;
  };

  async function opened(index: number): Promise<number> {
    const filter = shop.manager.filters.ChannelOpened(undefined, shop.chain.account(index).address);
    return (await shop.manager.queryFilter(filter)).length;
  }

  it("follows it to another account, which pays for itself, and back", async () => {
    const { page, wallet } = await bought(2);
    await says(page, shown(2));
    await wallet.switchAccount(shop.chain.account(3));
    await page.locator("#channel").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Buy again" }).click();
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, shown(3));
    expect(await numbers(page)).to.include({ deposit: "2 MIC" });
    expect([await opened(2), await opened(3)]).to.deep.equal([1, 1]);
    await wallet.switchAccount(shop.chain.account(2));
    await says(page, shown(2));
    expect(await numbers(page)).to.include({ deposit: "2 MIC", spent: "0.02 MIC" });
  });

  it("deposits for nobody else where it did not say that it went to another account", async () => {
    const { page, wallet } = await customer(4);
    const before = [await shop.balance(4), await shop.balance(5)];
    wallet.account = shop.chain.account(5);
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, /does not give account 0x[0-9a-f]+ to this page: choose it in the wallet/);
    expect(wallet.dialogues).to.deep.equal(["eth_requestAccounts"]);
    expect([await shop.balance(4), await shop.balance(5)]).to.deep.equal(before);
  });

  it("takes the account that the wallet is on after a reload, not the one of the last visit", async () => {
    const { page, wallet } = await bought(6);
    wallet.account = shop.chain.account(7);
    await page.reload();
    await page.getByLabel("Deposit", { exact: true }).waitFor();
    expect(await page.locator("#channel").isHidden()).to.equal(true);
    wallet.account = shop.chain.account(6);
    await page.reload();
    await says(page, shown(6));
  });

  it("lets go of it on another chain: nothing is paid, read or asked for there, until it comes back", async () => {
    const { page, wallet } = await bought(5);
    const asked = wallet.dialogues.length;
    await wallet.switchChain(1n);
    await says(page, "Your wallet is on chain 1. This seller is paid on chain 31337.");
    await page.locator("#channel").waitFor({ state: "hidden" });
    expect(await page.getByRole("button", { name: "Buy again" }).isHidden()).to.equal(true);
    await wallet.switchChain(31337n);
    await says(page, shown(5));
    expect(await numbers(page)).to.deep.equal({
      deposit: "2 MIC",
      spent: "0.02 MIC",
      credit: "0 MIC",
      left: "1.98 MIC",
    });
    await page.getByRole("button", { name: "Buy again" }).click();
    await page.locator("#spent").getByText("0.04 MIC").waitFor();
    expect(wallet.dialogues).to.have.length(asked);
  });

  it("takes the account that it goes to on another chain, not the one before", async () => {
    const { page, wallet } = await bought(8);
    await wallet.switchAccount(shop.chain.account(9));
    await wallet.switchChain(1n);
    await says(page, "Your wallet is on chain 1.");
    await page.getByRole("button", { name: "Switch network" }).click();
    await page.locator("#network").waitFor({ state: "hidden" });
    expect(await page.locator("#channel").isHidden()).to.equal(true);
    await page.getByRole("button", { name: "Buy again" }).click();
    await page.getByLabel("Deposit", { exact: true }).waitFor();
    expect(await opened(9)).to.equal(0);
  });

  it("shows and pays nothing once the wallet gives it no account", async () => {
    const { page, wallet } = await bought(3);
    await wallet.disconnect();
    await says(page, "Your wallet does not give this page an account any more. Choose it again to go on.");
    await page.locator("#channel").waitFor({ state: "hidden" });
    expect(await page.getByRole("button", { name: "Buy again" }).isHidden()).to.equal(true);
    await page.getByRole("button", { name: "Test wallet" }).click();
    await says(page, shown(3));
  });
});
