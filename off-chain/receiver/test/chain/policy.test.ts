import { expect } from "chai";
import { firstFees, freshFees, patience, raisedFees, urgency } from "../../src/chain/settler/fees.ts";
import { batches, claims, disputes, gasOf, settlementOf } from "../../src/chain/settler/policy.ts";
import type { ClaimPolicy, ClaimTimes, Economics } from "../../src/chain/settler/policy.ts";
import { CLOSED, type ChannelRecord } from "../../src/store/channel.ts";
import { newChannel } from "../support/channels.ts";

const GWEI = 10n ** 9n;
const FREE: Economics = { tokensPerCoin: undefined, multiple: 2, gasPrice: GWEI };

/** A channel in which 60 of 100 promised units were spent. */
function channel(over: Partial<ChannelRecord> = {}, terms: Parameters<typeof newChannel>[0] = {}): ChannelRecord {
  const made = newChannel(terms);
  return {
    id: made.id,
    terms: made.terms,
    openedBlock: 1,
    deposit: 1000n,
    confirmedDeposit: 1000n,
    settled: 0n,
    closesAt: 0,
    accepted: 100n,
    spent: 60n,
    inFlight: 0n,
    proof: { balance: 100n, signature: made.proof(100n) },
    agreement: undefined,
    published: 0n,
    fee: 0n,
    paid: true,
    ...over,
  };
}

describe("what is settled", () => {
  it("is what was spent and is finished, never more than proof and deposit cover", () => {
    expect(settlementOf(channel())).to.include({ amount: 60n, gain: 60n, deadline: undefined });
    expect(settlementOf(channel({ inFlight: 25n }))).to.include({ amount: 35n, gain: 35n });
    expect(settlementOf(channel({ settled: 20n }))).to.include({ amount: 60n, gain: 40n });
    expect(settlementOf(channel({ deposit: 50n }))).to.include({ amount: 60n, gain: 50n });
    expect(settlementOf(channel({ spent: 300n }))).to.include({ amount: 100n, gain: 100n });
    expect(settlementOf(channel({ closesAt: 99 }))).to.include({ gain: 60n, deadline: 99 });
  });

  it("is nothing where all is settled, nothing was spent or proven, or the channel is closed or gone", () => {
    for (const over of [
      { settled: 60n },
      { settled: 80n },
      { spent: 0n },
      { inFlight: 60n },
      { proof: undefined },
      { closesAt: CLOSED },
      { openedBlock: undefined },
    ]) {
      expect(settlementOf(channel(over)), JSON.stringify(Object.keys(over))).to.equal(undefined);
    }
  });

  it("is a dispute only where the sender asked to close below what was spent", () => {
    const cheat = channel({ closesAt: 99 });
    expect(
      disputes([channel(), cheat, channel({ closesAt: 99, settled: 60n })]).map((each) => each.channel),
    ).to.deep.equal([cheat]);
  });
});

describe("claims on open channels", () => {
  const [small, big] = [channel({ spent: 5n }), channel({ spent: 90n })];
  const both = [small, big];
  const since = (small: number, big = small) => new Map(both.map(({ id }, at) => [id, [small, big][at]!]));
  const times: ClaimTimes = { since: since(99), now: 100 };
  const due = (policy: ClaimPolicy, differently: Partial<ClaimTimes> = {}) =>
    claims(both, policy, { ...times, ...differently }).map(({ channel: { id } }) => id);

  it("are none without a policy", () => expect(due({})).to.deep.equal([]));
  it("are those above the threshold", () => {
    expect(due({ threshold: 90n })).to.deep.equal([big.id]);
    expect(due({ threshold: 91n })).to.deep.equal([]);
  });
  it("are all once the exposure is reached", () => {
    expect(due({ exposure: 96n })).to.deep.equal([]);
    expect(due({ exposure: 95n })).to.deep.equal([small.id, big.id]);
  });
  it("are those that have waited too long", () => {
    expect(due({ age: 50 }, { since: since(50, 51) })).to.deep.equal([small.id]);
    expect(due({ age: 51 }, { since: since(50) })).to.deep.equal([]);
    expect(due({ age: 1 }, { since: new Map() }), "seen for the first time").to.deep.equal([]);
  });
  it("are all when the time has come, whoever saw it come, and once", () => {
    expect(due({ every: 10 })).to.deep.equal([small.id, big.id]);
    expect(due({ every: 10 }, { since: since(95, 100) }), "of one, younger things are left").to.deep.equal([small.id]);
    expect(due({ every: 11 })).to.deep.equal([]);
    expect(due({ every: 86_400 }, { since: since(86_399), now: 86_400 }), "begun a second ago").to.have.length(2);
    expect(due({ every: 86_400 }, { since: since(86_399), now: 90_000 }), "nobody was there").to.have.length(2);
  });
  it("are never those that are closing: these are disputes", () => {
    expect(claims([channel({ closesAt: 9 })], { threshold: 1n }, times)).to.deep.equal([]);
  });
});

describe("batches", () => {
  const settle = (...channels: ChannelRecord[]) => channels.map((each) => settlementOf(each)!);

  it("hold what has receiver, signer, token and period in common, a hundred at most", () => {
    const many = Array.from({ length: 205 }, () => channel());
    const other = channel({}, { challengePeriod: 7200 });
    expect(
      batches(settle(...many, other), FREE)
        .map(({ length }) => length)
        .sort(),
    ).to.deep.equal([1, 100, 100, 5]);
  });

  it("put the nearest deadline first, then the highest value", () => {
    const [late, soon, dear] = [
      channel({ closesAt: 900 }),
      channel({ closesAt: 100 }),
      channel({ closesAt: 900, spent: 99n }),
    ];
    const [batch] = batches(settle(late, soon, dear), FREE);
    expect(batch!.map((each) => each.channel)).to.deep.equal([soon, dear, late]);
    const alone = batches(settle(late, soon, dear), FREE, 1);
    expect(alone.map(([each]) => each.channel)).to.deep.equal([soon, dear, late]);
  });

  it("leave out what is not worth its own row, and what all together is not worth the transaction", () => {
    // One coin is worth 10⁶ units: at 1 gwei a row of 20,000 gas costs 20 units, a settle 60, each worth it at double.
    const economics: Economics = { tokensPerCoin: 10n ** 6n, multiple: 2, gasPrice: GWEI };
    const worthRow = (spent: bigint) => channel({ spent });
    expect(batches(settle(worthRow(39n)), economics), "below a row").to.deep.equal([]);
    expect(batches(settle(worthRow(60n)), economics), "below a transaction").to.deep.equal([]);
    const proof = { balance: 500n, signature: "0x" as const };
    expect(batches(settle(channel({ spent: 120n, proof })), economics)).to.have.length(1);
    const rich = channel({ spent: 500n, proof });
    const [batch] = batches(settle(rich, worthRow(40n), worthRow(39n)), economics);
    expect(
      batch!.map(({ gain }) => gain),
      "a small one rides along",
    ).to.deep.equal([500n, 40n]);
  });

  it("never reckon with less gas than a transaction takes", () => {
    expect(gasOf(1)).to.equal(60_000n);
    expect(gasOf(100) / 100n > 14_500n).to.equal(true);
  });
});

describe("fees", () => {
  const market = { baseFee: 10n * GWEI, tip: GWEI };

  it("begin with room for the base fee to double, and rise with urgency", () => {
    expect(firstFees(market, 0)).to.deep.equal({ maxFeePerGas: 21n * GWEI, maxPriorityFeePerGas: GWEI });
    expect(firstFees(market, 1)).to.deep.equal({ maxFeePerGas: 45n * GWEI, maxPriorityFeePerGas: 5n * GWEI });
    expect(firstFees({ baseFee: undefined, tip: GWEI }, 0).maxFeePerGas, "without EIP-1559").to.equal(GWEI);
  });

  it("rise by what nodes ask of a replacement at least, also where the market fell", () => {
    let fees = firstFees(market, 0);
    for (let round = 0; round < 10; round++) {
      const next = raisedFees(fees, { baseFee: 1n, tip: 1n }, 0)!;
      expect(next.maxFeePerGas * 10n >= fees.maxFeePerGas * 11n).to.equal(true);
      expect(next.maxPriorityFeePerGas * 10n >= fees.maxPriorityFeePerGas * 11n).to.equal(true);
      fees = next;
    }
  });

  it("never pass the cap, and stop where a replacement would have to", () => {
    const fees = firstFees(market, 0, 15n * GWEI);
    expect(fees.maxFeePerGas).to.equal(15n * GWEI);
    expect(raisedFees(fees, market, 1, 16n * GWEI)).to.equal(undefined);
    expect(raisedFees(fees, market, 1, 17n * GWEI)!.maxFeePerGas).to.equal(17n * GWEI);
  });

  it("are those of now for what no node has taken, where these are far lower, or no block takes it any more", () => {
    const before = firstFees(market, 0);
    const fresh = (baseFee: bigint, cap?: bigint) => freshFees(before, { baseFee, tip: GWEI }, 0, cap)?.maxFeePerGas;
    expect(fresh(10n * GWEI), "as it is").to.equal(undefined);
    expect(fresh(5n * GWEI), "not far lower").to.equal(undefined);
    expect(fresh(4n * GWEI)).to.equal(9n * GWEI);
    expect(fresh(21n * GWEI), "just dear enough").to.equal(undefined);
    expect(fresh(22n * GWEI)).to.equal(45n * GWEI);
    expect(fresh(22n * GWEI, before.maxFeePerGas), "no more than the cap").to.equal(undefined);
    expect(freshFees(before, { baseFee: undefined, tip: GWEI }, 0)?.maxFeePerGas, "without EIP-1559").to.equal(GWEI);
  });

  it("are raised sooner, the nearer the deadline is", () => {
    expect(urgency(100, undefined, 1e9)).to.equal(0);
    expect(urgency(100, 200, 100)).to.equal(0);
    expect(urgency(100, 200, 150)).to.equal(0.5);
    expect(urgency(100, 200, 250)).to.equal(1);
    expect(patience(1000, 0)).to.equal(1000);
    expect(patience(1000, 1)).to.equal(250);
  });
});
