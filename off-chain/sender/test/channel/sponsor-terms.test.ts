import { addressOf, ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import { expect } from "chai";
import { hexlify, randomBytes } from "ethers";

import { LimitExceededError, SenderError, type Channels, type Sponsor } from "../../src/index.ts";
import { openDesk, type SponsorDesk, type Wish } from "../support/sponsor.ts";
import { PRICE } from "../support/seller.ts";
import { rejection, useWorld } from "../support/world.ts";

describe("the terms of a sponsor", () => {
  const world = useWorld();
  const FEE = PRICE / 4n;
  const DEPOSIT = 10n * PRICE;
  let desk: SponsorDesk;
  let channels: Channels;
  let wishes: Wish[];

  beforeEach(async () => {
    desk = await openDesk(world.chain, FEE);
    wishes = [];
    desk.answer = async (wish) => (wishes.push(wish), (await wish.deposit()).hash);
    const wallet = hexlify(randomBytes(32)) as Hex;
    await world.chain.give(addressOf(wallet), 20n * PRICE);
    channels = await world.sender({ wallet }).pay.channels;
  });
  afterEach(() => desk.stop());

  /** Opens a channel with a deposit of ten prices that the sponsor makes. */
  async function open(limits: Partial<Sponsor> = {}, amount = DEPOSIT) {
    const manager = { chainId: 31337n, contract: world.chain.contract };
    const receiver = hexlify(randomBytes(20)) as Hex;
    const terms = { receiver, receiverSigner: ZERO_ADDRESS, token: world.chain.tokenAddress, challengePeriod: 3600 };
    return channels.open(manager, terms, amount, { when: "always", origin: desk.origin, maxFee: FEE, ...limits });
  }

  /** What is asked of the sponsor, and what the channel holds then. */
  async function asked(limits: Partial<Sponsor> = {}, amount = DEPOSIT) {
    const { deposit } = await open(limits, amount);
    const [{ amount: wished, fee }] = wishes as [Wish];
    expect(deposit).to.equal(wished);
    return { deposit, fee };
  }

  it("are refused where the fee is above the limit, and nothing is signed", async () => {
    const error = await rejection(open({ maxFee: FEE - 1n }), LimitExceededError);
    expect(error).to.include({ limit: "maxSponsorFee", asked: `${FEE}`, allowed: `${FEE - 1n}` });
    expect(wishes).to.deep.equal([]);
  });

  it("are refused where its least deposit is above the limit, and nothing is signed", async () => {
    desk.minDeposit = DEPOSIT + 1n;
    const error = await rejection(open({ maxDeposit: DEPOSIT }), LimitExceededError);
    expect(error).to.include({ limit: "maxDeposit", asked: `${DEPOSIT + 1n}`, allowed: `${DEPOSIT}` });
    expect(wishes).to.deep.equal([]);
  });

  it("put the fee on top of the deposit, up to the limit", async () => {
    expect(await asked({ maxDeposit: 2n * DEPOSIT })).to.deep.equal({ deposit: DEPOSIT + FEE, fee: FEE });
    wishes.length = 0;
    expect((await asked({ maxDeposit: 3n * PRICE }, 3n * PRICE)).deposit, "no room for it").to.equal(3n * PRICE);
  });

  it("leave a deposit as it is that was asked for by hand", async () => {
    desk.minDeposit = 11n * PRICE;
    desk.answer = (wish) => void wishes.push(wish);
    expect((await rejection(open(), SenderError)).code).to.equal("refused");
    expect(wishes.map(({ amount }) => amount)).to.deep.equal([DEPOSIT]);
  });

  it("raise a deposit to the least that it makes, which may be the limit", async () => {
    desk.minDeposit = 12n * PRICE;
    expect((await asked({ maxDeposit: 12n * PRICE })).deposit).to.equal(12n * PRICE);
  });

  it("take what the account holds where that is less than the fee on top, and enough", async () => {
    expect((await asked({ maxDeposit: 30n * PRICE }, 20n * PRICE)).deposit).to.equal(20n * PRICE);
  });

  it("are not met by what the account holds where that is less than the deposit, or than its least", async () => {
    const poor = await rejection(open({ maxDeposit: 30n * PRICE }, 20n * PRICE + 1n), SenderError);
    expect(poor.code).to.equal("insufficient-funds");
    desk.minDeposit = 21n * PRICE;
    expect((await rejection(open({ maxDeposit: 30n * PRICE }), SenderError)).code).to.equal("insufficient-funds");
    expect(wishes).to.deep.equal([]);
  });
});
