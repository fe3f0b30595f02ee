import { expect } from "chai";
import { parseEther, type Wallet } from "ethers";

import { CENT, openShop, type Shop } from "./support/shop.ts";
import { numbers, receipt, says, useBrowser } from "./support/visit.ts";
import { installWallet } from "./support/wallet.ts";

describe("the web page of a seller that pays the network's fee", () => {
  let shop: Shop;
  const { visitor } = useBrowser(() => [shop.url]);

  before(async () => {
    const sponsor = { budget: parseEther("1"), maxCost: parseEther("0.1"), minDeposit: 50n * CENT, fee: 5n * CENT };
    shop = await openShop({}, { sponsor });
  });
  after(() => shop.close());

  /** Somebody whose wallet is connected, at the form for a deposit. */
  async function customer(holder: number | Wallet) {
    const someone = await visitor();
    const wallet = await installWallet(someone.context, shop.chain, holder);
    const page = await someone.open(`${shop.url}/doggo.jpg`);
    await page.getByRole("button", { name: "Test wallet" }).click();
    await page.getByLabel("Deposit", { exact: true }).waitFor();
    return { page, wallet };
  }

  async function depositsOf(account: Wallet): Promise<bigint> {
    const opened = await shop.manager.queryFilter(shop.manager.filters.ChannelOpened(undefined, account.address));
    const states = await Promise.all(opened.map(({ args }) => shop.manager.stateOf(args.id)));
    return states.reduce((sum, { deposit }) => sum + deposit, 0n);
  }

  it("lets an account without coins open by one signature, pay, and top up by another", async () => {
    const account = await shop.penniless(500n * CENT);
    const { page, wallet } = await customer(account);
    await says(page, "the seller pays it, for 0.05 MIC of the deposit, from 0.55 MIC on.");
    await says(page, "You sign once");
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
    expect(wallet.dialogues).to.deep.equal(["eth_requestAccounts", "eth_signTypedData_v4"]);
    expect(await numbers(page)).to.include({ deposit: "2 MIC", spent: "0.07 MIC" });

    await page.getByRole("button", { name: "Top up" }).click();
    await page.getByLabel("Add to the deposit").fill("0.6");
    await page.locator("#deposit-button").click();
    await page.locator("#deposited").getByText("2.6 MIC").waitFor();
    expect(wallet.dialogues.slice(2)).to.deep.equal(["eth_signTypedData_v4"]);
    expect(await depositsOf(account)).to.equal(260n * CENT);
    expect(await shop.chain.provider.getBalance(account.address)).to.equal(0n);
  });

  it("asks for enough, and signs for nothing less", async () => {
    const account = await shop.penniless(500n * CENT);
    const { page, wallet } = await customer(account);
    await page.getByLabel("Deposit", { exact: true }).fill("0.54");
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, "The seller pays the network's fee from 0.55 MIC on.");
    await says(page, "Deposit more, or send coins to your wallet.");
    expect(wallet.dialogues).to.deep.equal(["eth_requestAccounts"]);
    expect(await depositsOf(account)).to.equal(0n);
  });

  it("signs nothing while the wallet is on another chain", async () => {
    const account = await shop.penniless(500n * CENT);
    const { page, wallet } = await customer(account);
    wallet.forked = true;
    let looks = 0;
    await page.route("**/api/1/stats", async (route) => {
      looks++;
      wallet.chainId = 1n; // between the click and the dialogue, without a word
      await route.continue();
    });
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, "The wallet is on chain 1.");
    await says(page, "Nothing was signed. Switch the wallet to chain 31337, then try again.");
    expect(looks).to.equal(1);
    expect(wallet.dialogues).to.deep.equal(["eth_requestAccounts"]);
    expect(await depositsOf(account)).to.equal(0n);
  });

  it("says so, and gives nothing away, where the signature is declined", async () => {
    const account = await shop.penniless(500n * CENT);
    const { page, wallet } = await customer(account);
    wallet.declines = true;
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    await says(page, /declined in the wallet/);
    wallet.declines = false;
    await page.getByRole("button", { name: "Try again" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
    expect(await depositsOf(account)).to.equal(200n * CENT);
  });

  it("leaves those who have coins to pay for themselves", async () => {
    const { page, wallet } = await customer(2);
    expect(await page.locator("#sponsoring").isHidden()).to.equal(true);
    await page.getByRole("button", { name: "Deposit and pay" }).click();
    expect(await receipt(page)).to.equal("Paid 0.02 MIC.");
    expect(wallet.dialogues).to.deep.equal(["eth_requestAccounts", "eth_sendTransaction"]);
    expect((await numbers(page)).spent, "and no fee").to.equal("0.02 MIC");
  });
});
