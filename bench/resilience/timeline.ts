// Timeline of an open-loop load: requests are sent at their times, whatever has become of those before; the results of each second.

export type Second = { sent: number; failed: number; p50: number; p99: number };

type Sample = { at: number; duration: number; isFailed: boolean };

export class Timeline {
  readonly #samples: Sample[] = [];

  /**
   * @param send resolves to whether the request has succeeded.
   * @param events what happens at which second.
   */
  async run(
    rate: number,
    seconds: number,
    send: () => Promise<boolean>,
    events: Readonly<Record<number, () => unknown>>,
  ): Promise<void> {
    const started = performance.now();
    const running = new Set<Promise<void>>();
    let second = -1;
    for (let index = 0; index < rate * seconds; index++) {
      const at = (index * 1000) / rate;
      const wait = started + at - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      const now = Math.floor(at / 1000);
      if (now !== second) await events[now]?.();
      second = now;
      const request = this.#measure(started + at, at, send).finally(() => running.delete(request));
      running.add(request);
    }
    await Promise.all(running);
  }

  second(index: number): Second {
    const samples = this.#samples.filter(({ at }) => Math.floor(at / 1000) === index);
    const durations = samples.map(({ duration }) => duration).sort((one, other) => one - other);
    const percentile = (share: number) =>
      durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
    return {
      sent: samples.length,
      failed: samples.filter(({ isFailed }) => isFailed).length,
      p50: percentile(0.5),
      p99: percentile(0.99),
    };
  }

  /** From the time at which it was to be sent: a load that stalls would hide what it measures. */
  async #measure(planned: number, at: number, send: () => Promise<boolean>): Promise<void> {
    const isFailed = !(await send().catch(() => false));
    this.#samples.push({ at, duration: performance.now() - planned, isFailed });
  }
}
