import { expect } from "chai";
import { StoreUnavailable } from "../../src/store/error.ts";
import { GroupCommit } from "../../src/store/group-commit.ts";

const turn = (): Promise<void> => new Promise(setImmediate);

describe("A group commit", () => {
  let batches: number[][];
  let time: number;
  let group: GroupCommit<number, number>;

  beforeEach(() => {
    batches = [];
    time = 0;
    group = groupOf({});
  });

  function groupOf(options: { atMost?: number }): GroupCommit<number, number> {
    const commit = (operations: number[]): number[] => {
      batches.push(operations);
      return operations.map((operation) => 10 * operation);
    };
    return new GroupCommit(commit, { ...options, now: () => time });
  }

  /** One operation in each turn of the event loop, before the group looks again; `milliseconds` pass in between. */
  async function oneEachTurn(operations: readonly number[], milliseconds = 0): Promise<Promise<number>[]> {
    const answers: Promise<number>[] = [];
    for (const operation of operations) {
      const next = turn();
      answers.push(group.submit(operation));
      await next;
      time += milliseconds;
    }
    return answers;
  }

  it("answers everybody with what the commit says of his own operation", async () => {
    expect(await Promise.all([1, 2, 3].map((operation) => group.submit(operation)))).to.deep.equal([10, 20, 30]);
    expect(batches).to.deep.equal([[1, 2, 3]]);
  });

  it("lets others join as long as every turn of the event loop brings one", async () => {
    await Promise.all(await oneEachTurn([1, 2, 3, 4]));
    expect(batches).to.deep.equal([[1, 2, 3, 4]]);
  });

  it("does not keep the first waiting for long, however many come", async () => {
    await Promise.all(await oneEachTurn([1, 2, 3, 4, 5, 6], 1));
    expect(batches).to.deep.equal([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("makes no commit larger than it may be, and leaves nobody out", async () => {
    group = groupOf({ atMost: 2 });
    await Promise.all([1, 2, 3, 4, 5].map((operation) => group.submit(operation)));
    expect(batches).to.deep.equal([[1, 2], [3, 4], [5]]);
  });

  it("tells all of a failed commit, and goes on", async () => {
    let broken = true;
    group = new GroupCommit((operations) => {
      if (broken) throw new Error("the disk is full");
      return operations;
    });
    const answers = await Promise.allSettled([group.submit(1), group.submit(2)]);
    for (const answer of answers) {
      expect(answer.status).to.equal("rejected");
      expect((answer as PromiseRejectedResult).reason).to.be.instanceOf(StoreUnavailable);
    }
    broken = false;
    expect(await group.submit(3)).to.equal(3);
  });

  it("is drained when nothing waits", async () => {
    const answer = group.submit(1);
    await group.drained();
    expect(batches).to.deep.equal([[1]]);
    await answer;
  });
});
