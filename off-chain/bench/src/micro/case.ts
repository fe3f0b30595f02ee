/** Something to time: `run` does it once, or `of` times where that is how it comes. */
export interface Case {
  /** As in the table. */
  readonly name: string;
  run(): unknown;
  /** Things done by one `run`; 1 unless given. */
  readonly of?: number;
}

/** What a case costs. */
export interface Cost {
  readonly name: string;
  /** CPU time of one, µs: the median of the rounds. */
  readonly cpu: number;
  /** Half the distance between the quartiles of the rounds, as a share of the median: the noise. */
  readonly noise: number;
  /** CPU time in each round, µs, so that two cases can be compared round by round. */
  readonly rounds: readonly number[];
}

const cpuNow = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** CPU time of one, µs, over `count` runs. */
export async function times(item: Case, count: number): Promise<number> {
  const before = cpuNow();
  for (let i = 0; i < count; i++) {
    const result = item.run();
    if (result instanceof Promise) await result;
  }
  return (cpuNow() - before) / (count * (item.of ?? 1));
}

/** How long to look. */
export interface Timing {
  /** Turns. */
  readonly rounds: number;
  /** Milliseconds that a case runs in each turn, about. */
  readonly span: number;
  /** Milliseconds that each case runs before. */
  readonly warmup: number;
}

const turn = (): Promise<void> => new Promise(setImmediate);

/**
 * Times cases in turns, so that what else the machine does falls on all of them alike. In between the event loop has
 * its turns, as in a server: what is loaded in the background (WebAssembly) would never be there without.
 */
export async function time(cases: readonly Case[], { rounds, span, warmup }: Timing): Promise<Cost[]> {
  const counts: number[] = [];
  for (const item of cases) {
    // What is slow is slow in large amounts of code, which takes the compiler longer: equal time for all to warm up.
    const until = performance.now() + warmup;
    while (performance.now() < until) {
      await turn();
      await times(item, 2);
    }
    let count = 1;
    while (count < 1e6 && (await times(item, count)) * count * (item.of ?? 1) < span * 500) count *= 2;
    counts.push(count);
  }
  const measured = cases.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, item] of cases.entries()) {
      await turn();
      measured[index]!.push(await times(item, counts[index]!));
    }
  }
  return cases.map(({ name }, index) => summary(name, measured[index]!));
}

function summary(name: string, rounds: readonly number[]): Cost {
  const sorted = [...rounds].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)]!;
  return { name, cpu: at(0.5), noise: (at(0.75) - at(0.25)) / 2 / at(0.5), rounds };
}

/** How many times `a` costs what `b` costs: the median over the rounds. */
export function ratio(a: Cost, b: Cost): number {
  const ratios = a.rounds.map((cpu, round) => cpu / b.rounds[round]!).sort((x, y) => x - y);
  return ratios[ratios.length >> 1]!;
}
