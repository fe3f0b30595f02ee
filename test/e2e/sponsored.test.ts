import { expect } from "chai";
import { AbiCoder, concat, dataLength, HDNodeWallet, MaxUint256, parseEther, toBeHex, Wallet, ZeroHash } from "ethers";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { MicroToken__factory } from "@rmps/contracts";
import { PERMIT2, type Hex } from "@rmps/proofs";
import { startReceiver, type ReceiverOptions, type RunningReceiver } from "@rmps/receiver";
import { createPayingFetch, LimitExceededError, SenderError, spentOf, type PayingFetchOptions } from "@rmps/sender";

import { startLocalChain, type LocalChain } from "../../scripts/lib/local-chain.ts";
import { PlainToken__factory } from "../../typechain-types/index.ts";
import { deployPermit2To } from "../fixtures/permit2-code.ts";
import { runProcess } from "./support/process.ts";
import { account, eventually, HOUR, openShop, prices, type Shop } from "./support/shop.ts";

const UNIT = parseEther("1");
const FEE = parseEther("0.01");
const PRICE = parseEther("0.02");

describe("sponsored: an account with tokens and without coins", () => {
  describe("in the shop of npm start", () => {
    let shop: Shop;
    let home: string;
    const sender = Wallet.createRandom();

    before(async () => {
      shop = await openShop();
      home = mkdtempSync(join(tmpdir(), "rmps-sponsored-"));
      const give = shop.token.connect(account(2).connect(shop.provider))["transfer(address,uint256)"];
      await (await give(sender.address, UNIT)).wait();
    });
    after(async () => {
      await shop.stop();
      rmSync(home, { recursive: true });
    });

    async function rmps(...args: string[]) {
      const env = { RMPS_STATE: home, RMPS_RPC: shop.rpc };
      const run = await runProcess(["off-chain/sender/bin/rmps.js", ...args, "--key", sender.privateKey], env);
      expect(run.code, run.stderr).to.equal(0);
      return run.stdout.toString();
    }

    it("opens, tops up, pays and closes with the rmps command, and never needs a coin", async () => {
      const kitten = `${shop.url}/kitten.jpg`;
      const opened = JSON.parse(await rmps("open", kitten, "--deposit", "0.05", "--sponsored")) as Record<
        string,
        string
      >;
      expect(opened["deposit"]).to.equal(String(parseEther("0.05")));
      const id = opened["channel"]! as Hex;
      await rmps("topup", id, "0.06", "--sponsored");
      expect((await shop.manager.stateOf(id)).deposit).to.equal(parseEther("0.11"));
      await rmps("get", kitten);
      await rmps("get", `${shop.url}/doggo.jpg`);
      const [exit] = JSON.parse(await rmps("close", id)) as [Record<string, string>];
      expect(exit).to.include({ kind: "closing", by: "agreement" });
      // Nobody submits the agreement: when it has expired, the receiver closes by itself.
      await shop.provider.send("evm_increaseTime", [HOUR + 60]);
      await shop.provider.send("evm_mine", []);
      const spent = prices["/kitten.jpg"] + prices["/doggo.jpg"];
      await eventually(async () => (await shop.token.balanceOf(sender.address)) === UNIT - spent);
      expect(await shop.provider.getBalance(sender.address)).to.equal(0n);
    });

    it("pays at once where there is no channel: the receiver sponsors what an account without coins needs", async () => {
      const content = await rmps("get", `${shop.url}/test.txt`);
      expect(content).to.contain("tenth of a MIC");
      expect(await shop.provider.getBalance(sender.address)).to.equal(0n);
    });
  });

  describe("with a receiver that takes a fee", () => {
    let chain: LocalChain;
    let receiver: RunningReceiver;
    let home: string;

    before(async () => {
      chain = await startLocalChain(0);
      home = mkdtempSync(join(tmpdir(), "rmps-sponsored-"));
      receiver = await open("fee.sqlite", chain.token);
    });
    after(async () => {
      await receiver.close();
      await chain.close();
      rmSync(home, { recursive: true });
    });

    function open(store: string, token: string, over: Partial<ReceiverOptions> = {}): Promise<RunningReceiver> {
      const key = account(1).privateKey as Hex;
      return startReceiver({
        rpc: chain.url,
        contract: chain.manager,
        token,
        keys: { agreement: key, gas: key },
        challengePeriod: { offered: HOUR },
        store: join(home, store),
        port: 0,
        pollMs: 50,
        log: "silent",
        routes: { "/a": { price: PRICE, handler: () => "a" } },
        sponsor: { budget: UNIT, maxCost: parseEther("0.01"), minDeposit: parseEther("0.05"), fee: FEE },
        ...over,
      });
    }

    async function penniless(tokens = UNIT): Promise<HDNodeWallet> {
      const wallet = Wallet.createRandom();
      const token = MicroToken__factory.connect(chain.token, chain.account(2));
      await (await token["transfer(address,uint256)"](wallet.address, tokens)).wait();
      return wallet;
    }
    const payer = (wallet: HDNodeWallet, over: Partial<PayingFetchOptions> = {}) =>
      createPayingFetch({ wallet: wallet.privateKey, rpc: chain.url, autoFinalize: false, ...over });
    const only = async (pay: ReturnType<typeof payer>) => (await (await pay.channels).list())[0]!;
    async function failure(work: Promise<unknown>): Promise<unknown> {
      return work.then(
        () => undefined,
        (error: unknown) => error,
      );
    }

    it("pays the fee with its first proof, and tops up in the same way", async () => {
      const limits = { maxSponsorFee: FEE, maxDeposit: parseEther("0.09") };
      const pay = payer(await penniless(), { limits });
      expect(await (await pay(`${receiver.url}/a`)).text()).to.equal("a");
      const first = await only(pay);
      expect(first).to.include({ balance: FEE + PRICE, charged: FEE + PRICE, fee: 0n });
      expect(await receiver.store.channel(first.id)).to.include({ spent: FEE + PRICE, fee: 0n });
      for (let more = 0; more < 4; more++) expect((await pay(`${receiver.url}/a`)).status).to.equal(200);
      const last = await only(pay);
      expect(last.deposit > first.deposit, "topped up").to.equal(true);
      expect(spentOf(last)).to.equal(2n * FEE + 5n * PRICE);
      expect(await receiver.store.channel(last.id)).to.include({ spent: 2n * FEE + 5n * PRICE, fee: 0n });
    });

    it("closes by agreement at exactly what the receiver charged, though a re-org took the deposit away and back", async () => {
      const limits = { maxSponsorFee: FEE };
      const charged = async (pay: ReturnType<typeof payer>) => {
        const [exit] = await pay.close();
        expect(exit).to.include({ by: "agreement" });
        return (await receiver.store.channel(exit!.channel.id))!.agreement!.amount;
      };
      const pay = payer(await penniless(), { limits });
      expect((await pay(`${receiver.url}/a`)).status).to.equal(200);
      expect(await charged(pay)).to.equal(FEE + PRICE);

      const sender = await penniless();
      const before = (await chain.provider.send("evm_snapshot", [])) as string;
      const moved = payer(sender, { limits });
      expect((await moved(`${receiver.url}/a`)).status).to.equal(200);
      const { id } = await only(moved);
      expect(await receiver.store.channel(id)).to.include({ spent: FEE + PRICE });
      await chain.provider.send("evm_revert", [before]);
      const { deposit } = await only(moved);
      const back = async () => (await (await moved.channels).factsOf(await only(moved))).deposit === deposit;
      await eventually(back); // the receiver sent it again
      expect((await moved(`${receiver.url}/a`)).status).to.equal(200);
      expect(await charged(moved)).to.equal(FEE + 2n * PRICE);
    });

    it("pays no fee that it did not allow, and signs nothing", async () => {
      const sender = await penniless();
      const before = await receiver.store.sponsorships.used(0);
      const error = await failure(payer(sender)(`${receiver.url}/a`));
      expect(error).to.be.instanceOf(LimitExceededError);
      expect(error).to.include({ limit: "maxSponsorFee", asked: String(FEE), allowed: "0" });
      expect(await receiver.store.sponsorships.used(0), "nothing was asked for").to.equal(before);
      const never = await failure(payer(sender, { sponsored: "never" })(`${receiver.url}/a`));
      expect(never).to.be.instanceOf(SenderError);
      expect(never).to.include({ code: "insufficient-funds" });
    });

    it("does not ask where the account has coins, unless told to", async () => {
      const wallet = account(3);
      const own = payer(wallet);
      expect((await own(`${receiver.url}/a`)).status).to.equal(200);
      expect(await only(own)).to.include({ charged: PRICE });
      const other = await open("other.sqlite", chain.token, { receiver: account(4).address });
      try {
        const nonce = await chain.provider.getTransactionCount(wallet.address);
        const pay = payer(wallet, { sponsored: "always", limits: { maxSponsorFee: FEE } });
        expect((await pay(`${other.url}/a`)).status).to.equal(200);
        expect(await chain.provider.getTransactionCount(wallet.address)).to.equal(nonce);
      } finally {
        await other.close();
      }
    });

    it("signs for Permit2 where the token has no ERC-3009, if that is approved", async () => {
      await deployPermit2To(chain.account(5), (method, params) => chain.provider.send(method, params));
      const token = await new PlainToken__factory(chain.account(6)).deploy();
      const address = (await token.getAddress()).toLowerCase();
      const sender = Wallet.createRandom(chain.provider);
      await (await token.mint(sender.address, UNIT)).wait();
      const plain = await open("plain.sqlite", address);
      try {
        const pay = payer(sender, { token: address, sponsored: "always", limits: { maxSponsorFee: FEE } });
        const unapproved = await failure(pay(`${plain.url}/a`));
        expect(unapproved).to.include({ code: "refused" });
        expect(String(unapproved)).to.contain("Permit2");
        await chain.provider.send("hardhat_setBalance", [sender.address, toBeHex(UNIT)]);
        await (await token.connect(sender).approve(PERMIT2, MaxUint256)).wait();
        expect((await pay(`${plain.url}/a`)).status).to.equal(200);
        expect(await only(pay)).to.include({ charged: FEE + PRICE });
        expect(await chain.provider.getTransactionCount(sender.address), "the approval alone").to.equal(1);
      } finally {
        await plain.close();
      }
    });

    it("signs nothing for a token that names another one as the domain of its authorizations", async () => {
      const victim = chain.token;
      const said = AbiCoder.defaultAbiCoder().encode(
        ["bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"],
        ["0x0f", "Micro", "1", 31337n, victim, ZeroHash, []],
      );
      // Whatever it is asked, it answers with that.
      const size = toBeHex(dataLength(said), 2);
      const code = concat(["0x61", size, "0x600e6000", "0x39", "0x61", size, "0x6000", "0xf3", said]);
      const liar = `0x${"1a".repeat(20)}` as const;
      await chain.provider.send("hardhat_setCode", [liar, code]);
      const { domainOf } = await import("../../off-chain/sender/src/channel/sponsor/authorization.ts");
      const error = await failure(domainOf({ chainId: 31337n, provider: chain.provider }, liar));
      expect(error).to.include({ name: "SenderError", code: "configuration" });
    });
  });
});
