// Two tasks of this process, measured in turns by processor time, since the machine may change its state meanwhile.

type Task = () => Promise<unknown>;

export interface Comparison {
  /** How many times the second task's processor time the first takes: the median of the rounds. */
  ratio: number;
  /** Microseconds that one run of each task takes, in the round of that ratio. */
  times: readonly [first: number, second: number];
}

export interface Rounds {
  rounds: number;
  /** Seconds of one round, for each of the two. */
  duration: number;
  /** Called after each round, with the microseconds of each task. */
  onRound?(round: number, times: readonly [first: number, second: number]): void;
}

/** Runs both tasks in turns; before the first round, each is warmed up. */
export async function compareInTurns(first: Task, second: Task, options: Rounds): Promise<Comparison> {
  const { rounds, duration, onRound } = options;
  const all: (readonly [number, number])[] = [];
  for (const task of [first, second, first, second]) await timed(task, duration);
  for (let round = 1; round <= rounds; round += 1) {
    // The first of a pair may find the machine in another state than the second: they take turns.
    const isReversed = round % 2 === 0;
    const one = await timed(isReversed ? second : first, duration);
    const other = await timed(isReversed ? first : second, duration);
    const times = isReversed ? ([other, one] as const) : ([one, other] as const);
    all.push(times);
    onRound?.(round, times);
  }
  const sorted = all.toSorted((one, other) => ratioOf(one) - ratioOf(other));
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!median) throw new Error('There has to be a round.');
  return { ratio: ratioOf(median), times: median };
}

function ratioOf([first, second]: readonly [number, number]): number {
  return first / second;
}

/** Microseconds of processor time that one run of the task takes. */
async function timed(task: Task, duration: number): Promise<number> {
  const end = performance.now() + 1000 * duration;
  const before = process.cpuUsage();
  let done = 0;
  for (; performance.now() < end; done += 1) await task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / done;
}
