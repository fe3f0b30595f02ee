import { measure, startGenerator, type Contender, type Duration, type Measured } from "../load/measure.ts";

/** A contender's runs, round by round, and their medians. */
export interface Result {
  readonly name: string;
  readonly rounds: readonly Measured[];
  readonly median: Measured;
}

/** The middle one of some numbers; of an even count, the lower of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1]!;
}

function medians(rounds: readonly Measured[]): Measured {
  const of = (field: keyof Measured): number => median(rounds.map((round) => round[field]));
  return { rate: of("rate"), cpu: of("cpu"), p50: of("p50"), p99: of("p99"), rss: of("rss"), requests: of("requests") };
}

/**
 * Runs contenders in turns, so that what else the machine does falls on all of them alike.
 * @param rounds turns.
 */
export async function runAll(
  contenders: readonly Contender[],
  rounds: number,
  duration: Duration,
): Promise<Map<string, Result>> {
  const generator = await startGenerator();
  const measured = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        measured.get(contender.name)!.push(await measure(generator, contender, duration));
        process.stdout.write(".");
      }
    }
  } finally {
    process.stdout.write("\n");
    await generator.stop();
  }
  return new Map([...measured].map(([name, runs]) => [name, { name, rounds: runs, median: medians(runs) }]));
}

/** How many times as much of `field` `a` has as `b`: the median over the rounds, each compared within itself. */
export function ratioOf(a: Result, b: Result, field: keyof Measured): number {
  return median(a.rounds.map((round, index) => round[field] / b.rounds[index]![field]));
}

/** How much more of `field` `a` has than `b`: the median over the rounds, each compared within itself. */
export function excessOf(a: Result, b: Result, field: keyof Measured): number {
  return median(a.rounds.map((round, index) => round[field] - b.rounds[index]![field]));
}
