import { addressOf, ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import { expect } from "chai";
import { hexlify, JsonRpcProvider, randomBytes } from "ethers";

import { memoryStore, SenderError, spentOf, type Channels, type ChannelRecord, type Sponsor } from "../../src/index.ts";
import { charge } from "../../src/book/moves.ts";
import { openDesk, type SponsorDesk, type Wish } from "../support/sponsor.ts";
import { PRICE, type Sale, type Seller } from "../support/seller.ts";
import { take } from "../support/record.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("what a sponsored deposit costs", () => {
  const world = useWorld();
  const FEE = PRICE / 4n;
  const DEPOSIT = 10n * PRICE;
  let node: JsonRpcProvider;
  let desk: SponsorDesk;
  let seller: Seller;
  let channels: Channels;

  before(() => {
    node = new JsonRpcProvider(world.chain.url, 31337, {
      staticNetwork: true,
      cacheTimeout: -1,
      pollingInterval: 25,
      batchStallTime: 0,
    });
  });
  after(() => node.destroy());
  beforeEach(async () => {
    desk = await openDesk(world.chain, FEE);
    seller = await world.seller();
    channels = await world.sender({ store: memoryStore() }).pay.channels;
  });
  afterEach(() => desk.stop());

  const manager = () => ({ chainId: 31337n, contract: world.chain.contract });
  const sponsor = (): Sponsor => ({ when: "always", origin: desk.origin, maxFee: FEE });

  function open(by: Sponsor | undefined = sponsor()): Promise<ChannelRecord> {
    const { receiver } = seller.offer;
    const terms = { receiver, receiverSigner: ZERO_ADDRESS, token: world.chain.tokenAddress, challengePeriod: 3600 };
    return channels.open(manager(), terms, DEPOSIT, by);
  }

  /** Notes one request that was answered, as a paying fetch does. */
  const pay = (record: ChannelRecord) =>
    channels.book.change(record, (current) => charge(current, take(current, PRICE), PRICE));

  /** What the sender concedes when it closes alone. */
  async function conceded(record: ChannelRecord): Promise<bigint> {
    return (await channels.close(record)).settled;
  }

  /** A transaction that was mined, and reverted. */
  async function reverted(): Promise<string> {
    await node.send("evm_setAutomine", [false]); // else the node refuses it
    const signer = await node.getSigner(world.chain.address(0));
    const hash = await signer.sendUncheckedTransaction({
      to: world.chain.contract,
      data: "0x12345678",
      gasLimit: 100_000n,
    });
    await node.send("evm_mine", []);
    await node.send("evm_setAutomine", [true]);
    return hash;
  }

  it("is conceded where the deposit came, once something was paid for", async () => {
    const record = await open();
    expect([record.deposit, record.fee, spentOf(record)]).to.deep.equal([DEPOSIT, FEE, 0n]);
    await pay(record);
    expect(await conceded(record)).to.equal(FEE + PRICE);
  });

  it("is not conceded where nothing was paid for", async () => {
    expect(await conceded(await open())).to.equal(0n);
  });

  it("is not conceded where the sponsor's transaction failed, and the sender deposited by itself", async () => {
    desk.answer = reverted;
    expect((await rejection(open(), SenderError)).message).to.match(/its transaction 0x\w+ reverted/);
    const record = await open({ ...sponsor(), when: "if-needed" });
    expect(record).to.include({ deposit: DEPOSIT, fee: 0n });
    await pay(record);
    expect(await conceded(record)).to.equal(PRICE);
  });

  it("is not conceded for the word of a sponsor that names a deposit that somebody else made", async () => {
    const own = await open({ ...sponsor(), when: "if-needed" });
    desk.answer = async () => {
      const token = world.chain.token.connect(await world.chain.signer(3));
      await (await token.approve(world.chain.contract, PRICE)).wait();
      return (await (await world.chain.manager.connect(await world.chain.signer(3)).deposit(own.terms, PRICE)).wait())!
        .hash;
    };
    const record = await channels.topUp(own, PRICE, sponsor());
    expect(record).to.include({ deposit: DEPOSIT + PRICE, fee: 0n });
    await pay(record);
    expect(await conceded(record)).to.equal(PRICE);
  });

  it("is not conceded for a deposit of a unit that carries the authorization along, unused", async () => {
    const own = await open({ ...sponsor(), when: "if-needed" });
    desk.answer = async ({ data }) => {
      const signer = await world.chain.signer(3);
      await (await world.chain.token.connect(signer).approve(world.chain.contract, 1n)).wait();
      const call = world.chain.manager.interface.encodeFunctionData("deposit", [own.terms, 1n]);
      const sent = await signer.sendTransaction({ to: world.chain.contract, data: call + data.slice(2) });
      await sent.wait();
      return sent.hash;
    };
    const record = await channels.topUp(own, PRICE, sponsor());
    expect(record).to.include({ deposit: DEPOSIT + 1n, fee: 0n });
    await pay(record);
    expect(await conceded(record)).to.equal(PRICE);
  });

  it("is conceded though the sponsor says that it refuses, and deposits", async () => {
    desk.answer = async ({ deposit }) => void (await deposit());
    expect((await rejection(open(), SenderError)).code).to.equal("refused");
    const record = await open();
    expect(record).to.include({ deposit: DEPOSIT, fee: FEE });
    await pay(record);
    expect(await conceded(record)).to.equal(FEE + PRICE);
  });

  it("is that of the very authorization that was used, of two for the same deposit", async () => {
    const wishes: Wish[] = [];
    desk.answer = (wish) => void wishes.push(wish);
    await rejection(open(), SenderError);
    desk.fee = FEE / 2n;
    await world.chain.pass(60);
    await rejection(open(), SenderError);
    await wishes[1]!.deposit();
    expect((await open()).fee).to.equal(FEE / 2n);
  });

  it("is taken back when a re-organization takes the deposit away, and owed when it comes again", async () => {
    let again: Wish | undefined;
    desk.answer = async (wish) => (await (again = wish).deposit()).hash;
    const before = (await node.send("evm_snapshot", [])) as Hex;
    const { id } = await open();
    await pay((await channels.list())[0]!);
    expect(spentOf((await channels.list())[0]!)).to.equal(FEE + PRICE);
    await node.send("evm_revert", [before]);
    const gone = await channels.refresh({ ...manager(), id });
    expect([spentOf(gone), gone.fee, gone.deposit]).to.deep.equal([PRICE, 0n, 0n]);
    await again!.deposit();
    const back = await channels.refresh(gone);
    expect([spentOf(back), back.fee]).to.deep.equal([PRICE, FEE]);
    await pay(back);
    expect(await conceded(back)).to.equal(FEE + 2n * PRICE);
  });

  it("is certain at last, and no more asked for: when the deposit can neither come nor go again", async () => {
    const record = await open();
    await world.chain.pass(3600);
    expect((await channels.refresh(record)).authorized, "it may still be re-organized away").to.have.length(1);
    await world.chain.pass(1000);
    const now = await channels.refresh(record);
    expect([now.fee, now.authorized]).to.deep.equal([FEE, undefined]);
  });

  it("stays as it was where the node tells nothing of deposits", async () => {
    /** A node that has no logs. */
    class Silent extends JsonRpcProvider {
      override getLogs(): Promise<never> {
        return Promise.reject(new Error("no logs here"));
      }
    }
    const record = await open();
    const rpc = new Silent(world.chain.url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const elsewhere = await world.sender({ store: channels.book.store, rpc }).pay.channels;
    expect(await elsewhere.refresh(record)).to.deep.equal(record);
    rpc.destroy();
  });

  it("is noticed by a payment that was refused for it: the deposit came while nobody looked", async () => {
    let late: Wish | undefined;
    const wallet = hexlify(randomBytes(32)) as Hex;
    const account = addressOf(wallet);
    await world.chain.give(account, 3n * DEPOSIT);
    await node.send("hardhat_setBalance", [account, "0xde0b6b3a7640000"]);
    const { pay: fetch } = world.sender({ wallet, store: channels.book.store });
    expect((await fetch(`${seller.url}/a`)).status).to.equal(200);
    const own = await fetch.channels;
    const [record] = await own.list();
    desk.answer = (wish) => void (late = wish);
    await rejection(own.topUp(record!, DEPOSIT, sponsor()), SenderError);
    await late!.deposit();
    // As a receiver charges it: with the next proof, which has to cover it.
    let owed = FEE;
    const onPayment = ({ payment, books }: Sale) => {
      if (payment.balance < books.spent + owed + PRICE) return "insufficient-payment";
      books.spent += owed;
      owed = 0n;
      return undefined;
    };
    Object.assign(seller.options, { onPayment });
    expect((await fetch(`${seller.url}/b`)).status).to.equal(200);
    expect(spentOf((await own.list())[0]!)).to.equal(FEE + 2n * PRICE);
    expect(seller.only().accepted).to.equal(FEE + 2n * PRICE);
  });

  it("is counted once where the receiver took it from credit, and says what is spent by then", async () => {
    let late: Wish | undefined;
    const { pay: fetch } = world.sender({ wallet: world.chain.key(4), store: channels.book.store });
    expect((await fetch(`${seller.url}/a`)).status).to.equal(200);
    const own = await fetch.channels;
    const [record] = await own.list();
    desk.answer = (wish) => void (late = wish);
    await rejection(own.topUp(record!, DEPOSIT, sponsor()), SenderError);
    await late!.deposit();
    seller.only().spent += FEE;
    expect((await fetch(`${seller.url}/b`)).status).to.equal(200);
    const now = await own.refresh(record!);
    expect([spentOf(now), now.fee]).to.deep.equal([FEE + 2n * PRICE, 0n]);
    expect(seller.only().spent).to.equal(FEE + 2n * PRICE);
  });
});
