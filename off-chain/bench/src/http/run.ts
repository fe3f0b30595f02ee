import {
  openSession,
  startGenerator,
  type Contender,
  type Duration,
  type Measured,
  type Session,
} from "../load/session.ts";

/** A turn, and how fast the core was around it. */
export interface Turn extends Measured {
  /** What the yardstick showed, the mean of before and after; NaN without one. */
  readonly yardstick: number;
}

/** A contender's turns, round by round, and their medians. */
export interface Result {
  readonly name: string;
  readonly rounds: readonly Turn[];
  readonly median: Measured;
}

/** How contenders are run. */
export interface Plan extends Duration {
  /** Milliseconds of load for each before the first round, the same for all. */
  readonly warmup: number;
  /** Turns of each. */
  readonly rounds: number;
  /** Measured before and after each turn, while the servers rest. */
  readonly yardstick?: () => Promise<number>;
}

/** The middle one of some numbers; of an even count, the lower of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1]!;
}

/** The result of turns, of one start of a contender or of several. */
export function resultOf(name: string, rounds: readonly Turn[]): Result {
  const of = (field: keyof Measured): number => median(rounds.map((round) => round[field]));
  const rss = Math.max(...rounds.map((round) => round.rss));
  const counts = { requests: of("requests"), all: of("all"), rate: of("rate") };
  const costs = { cpu: of("cpu"), p50: of("p50"), p99: of("p99"), generator: of("generator"), rss };
  return { name, rounds, median: { ...counts, ...costs } };
}

/**
 * Runs contenders in turns. All are started and warmed up first; then each is put under load for a short while, round
 * by round, so that what else the machine does falls on all of them alike, and all are equally warm.
 */
export async function runAll(contenders: readonly Contender[], plan: Plan): Promise<Map<string, Result>> {
  const generator = await startGenerator();
  const sessions: Session[] = [];
  const measured = contenders.map((): Turn[] => []);
  const results = new Map<string, Result>();
  try {
    for (const contender of contenders) {
      const session = await openSession(generator, contender);
      sessions.push(session);
      await session.warmUp(plan.warmup);
      process.stdout.write("+");
    }
    let before = (await plan.yardstick?.()) ?? NaN;
    for (let round = 0; round < plan.rounds; round++) {
      for (const [index, session] of sessions.entries()) {
        const turn = await session.turn(plan);
        const after = (await plan.yardstick?.()) ?? NaN;
        measured[index]!.push({ ...turn, yardstick: (before + after) / 2 });
        before = after;
      }
      process.stdout.write(".");
    }
    for (const [index, session] of sessions.entries()) {
      const { name } = contenders[index]!;
      await session.end();
      results.set(name, resultOf(name, measured[index]!));
    }
  } finally {
    process.stdout.write("\n");
    await generator.stop();
  }
  return results;
}

/** How many times as much of `field` `a` has as `b`: the median over the rounds, each compared within itself. */
export function ratioOf(a: Result, b: Result, field: keyof Measured): number {
  return median(a.rounds.map((round, index) => round[field] / b.rounds[index]![field]));
}

/** How much more CPU time a request costs `a` than `b`, µs: the median over the rounds, each compared within itself. */
export function excessOf(a: Result, b: Result): number {
  return median(a.rounds.map((round, index) => round.cpu - b.rounds[index]!.cpu));
}

/** The same in yardsticks: each turn by the one around it. */
export function yardsticksOf(a: Result, b: Result): number {
  const inYardsticks = ({ cpu, yardstick }: Turn): number => cpu / yardstick;
  return median(a.rounds.map((round, index) => inYardsticks(round) - inYardsticks(b.rounds[index]!)));
}
