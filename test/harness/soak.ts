// Driver of scripts that run random operations for as long as one likes: progress, the result, and exit code 1 for a
// failure.

interface RunOptions {
  seed: number;
  operations: number;
  progress(done: number): void;
}

/** @param run throws at the first failure, with what is needed to repeat it. */
export async function soak(
  { seed, operations }: Omit<RunOptions, 'progress'>,
  run: (options: RunOptions) => Promise<object>,
): Promise<void> {
  console.log(`${operations} operations from seed ${seed}`);
  let printed = 0;
  const progress = (done: number) => {
    if (done - printed < 500) return;
    printed = done;
    console.log(`${done} agree`);
  };
  try {
    console.log(`all agree: ${JSON.stringify(await run({ seed, operations, progress }))}`);
  } catch (error) {
    console.log(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exitCode = 1;
  }
}
