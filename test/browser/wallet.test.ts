import { expect } from "chai";
import type { Page } from "playwright-core";

import { CENT, openShop, type Shop } from "./support/shop.ts";
import { clearData, numbers, picture, receipt, says, useBrowser } from "./support/visit.ts";
import { installWallet, type TestWallet } from "./support/wallet.ts";

describe("the web page with a wallet of the browser's (EIP-6963)", () => {
  let shop: Shop;
  // Everything goes through the wallet: the page itself asks nobody but the shop.
  const { visitor } = useBrowser(() => [shop.url]);

  before(async () => {
    shop = await openShop();
  });
  after(() => shop.close());

  /** Somebody with a wallet that holds account #`index`, on the page of the dog. */
  async function customer(index: number) {
    const someone = await visitor();
    const wallet = await installWallet(someone.context, shop.chain, index);
    const page = await someone.open(`${shop.url}/doggo.jpg`);
    return { ...someone, page, wallet };
  }

  async function connect(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Test wallet" }).click();
    await page.getByLabel("Deposit", { exact: true }).waitFor();
  }

  /** Connects, deposits what is suggested and buys the dog. */
  async function bought(index: number) {
    const someone = await customer(index);
    await connect(someone.page);
    await someone.page.getByRole("button", { name: "Deposit and pay" }).click();
    expect(await receipt(someone.page)).to.equal("Paid 0.02 MIC.");
    return someone;
  }

  /** The channel of an account, as the chain has it. */
  async function onChain(index: number) {
    const { address } = shop.chain.account(index);
    const [opened, ...more] = await shop.manager.queryFilter(shop.manager.filters.ChannelOpened(undefined, address));
    expect(more).to.have.length(0);
    const { id, sender, senderSigner } = opened!.args;
    const { deposit, settled } = await shop.manager.stateOf(id);
    return { sender, senderSigner, deposit, settled };
  }

  const sent = (wallet: TestWallet) => wallet.dialogues.filter((method) => method === "eth_sendTransaction");

  it("opens a channel with exactly one confirmation, and pays with a key of its own from then on", async () => {
    const { page, wallet } = await bought(2);
    expect(await picture(page)).to.be.above(100);
    expect(wallet.dialogues).to.deep.equal(["eth_requestAccounts", "eth_sendTransaction"]);
    expect(await onChain(2)).to.include({ deposit: 200n * CENT, settled: 0n });
    const { sender, senderSigner } = await onChain(2);
    expect(senderSigner).to.not.equal(sender);
    for (const path of ["/kitten.jpg", "/test.txt", "/doggo.jpg"]) {
      await page.goto(shop.url + path);
      await receipt(page);
    }
    expect((await numbers(page)).spent).to.equal("0.15 MIC");
    expect(wallet.dialogues, "the wallet was not asked again").to.have.length(2);
  });

  it("tops up with one confirmation", async () => {
    const { page, wallet } = await bought(3);
    await page.getByRole("button", { name: "Top up" }).click();
    await page.getByLabel("Add to the deposit").fill("1.25");
    await page.locator("#deposit-button").click();
    await page.locator("#deposited").getByText("3.25 MIC").waitFor();
    expect(sent(wallet)).to.have.length(2);
    expect((await onChain(3)).deposit).to.equal(325n * CENT);
    expect((await numbers(page)).spent, "topping up buys nothing").to.equal("0.02 MIC");
  });

  it("closes with one confirmation and refunds, to the last unit", async () => {
    const before = await shop.balance(4);
    const earned = await shop.balance(1);
    const { page, wallet } = await bought(4);
    await page.getByRole("button", { name: "Close and refund" }).click();
    await says(page, "Closed. 1.98 MIC came back to your wallet; the seller was paid 0.02 MIC.");
    expect(sent(wallet)).to.have.length(2);
    expect(before - (await shop.balance(4))).to.equal(2n * CENT);
    expect((await shop.balance(1)) - earned).to.equal(2n * CENT);
    await page.locator("#channel").waitFor({ state: "hidden" });
  });

  it("gets the deposit back from the wallet alone where the browser's data is gone", async () => {
    const before = await shop.balance(5);
    const { page, wallet } = await bought(5);
    await clearData(page);
    await page.reload();
    await connect(page);
    await says(page, "Other deposits");
    await page.getByRole("button", { name: "Close it" }).click();
    await says(page, /Closing without the seller's agreement/);
    expect(sent(wallet)).to.have.length(2);
    await page.getByRole("button", { name: "Get the rest back" }).click();
    await says(page, "It is too early.");

    // The receiver claims what was spent in the meantime, and not more.
    await clearData(page); // once more
    await shop.pass(3601);
    await page.reload();
    await connect(page);
    await page.locator("#others").getByRole("button", { name: "Get the rest back" }).click();
    await says(page, "Closed. 1.98 MIC came back to your wallet; the seller was paid 0.02 MIC.");
    expect(before - (await shop.balance(5))).to.equal(2n * CENT);
  });

  it("says so where a confirmation is declined, and goes on when it is given", async () => {
    const { page, wallet } = await customer(6);
    await connect(page);
    wallet.declines = true;
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, "Depositing: it was declined in the wallet.");
    await says(page, "Nothing was sent. Confirm in the wallet to go on.");
    wallet.declines = false;
    await page.getByRole("button", { name: "Try again" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
    expect(sent(wallet)).to.have.length(2);
    await onChain(6); // one channel only
  });

  it("says so where the wallet is not to be connected", async () => {
    const { page, wallet } = await customer(6);
    wallet.declines = true;
    await page.getByRole("button", { name: "Test wallet" }).click();
    await says(page, "It was declined in the wallet.");
    await page.getByRole("button", { name: "Test wallet" }).waitFor();
  });

  it("asks for another network where the wallet is on a wrong one, and sends nothing there", async () => {
    const { page, wallet } = await customer(7);
    wallet.chainId = 1n;
    await page.getByRole("button", { name: "Test wallet" }).click();
    await says(page, "Your wallet is on chain 1. This seller is paid on chain 31337.");
    await page.getByRole("button", { name: "Switch network" }).click();
    await page.getByLabel("Deposit", { exact: true }).waitFor();
    expect(wallet.chainId).to.equal(31337n);
    // It changes its mind between the page and the confirmation, without a word.
    Object.assign(wallet, { chainId: 1n, forked: true });
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, "The wallet is on chain 1.");
    await says(page, "Nothing was sent. Switch the wallet to chain 31337, then try again.");
    expect(sent(wallet)).to.have.length(0);
  });

  it("says what is missing where the wallet holds too little", async () => {
    const { page } = await customer(8);
    await connect(page);
    await page.getByLabel("Deposit", { exact: true }).fill("5000");
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, "Your wallet holds 1000 MIC, less than 5000 MIC.");
    await page.getByLabel("Deposit", { exact: true }).fill("lots");
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, "That is no amount.");
  });
});
