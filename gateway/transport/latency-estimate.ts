// Latency estimate: the 99th percentile of recent latencies, from a histogram with buckets of powers of the fourth
// root of two. Older latencies count for less: the counts are halved from time to time.

/** From 0.25 ms to 16 s, four to a doubling. */
const BUCKETS = 64;
const FIRST = 0.25;
const PER_DOUBLING = 4;

/** Latencies below which there is no estimate: the slowest of them would be a matter of chance. */
const MIN_COUNT = 100;

/** Number of latencies at which their counts are halved. */
const MAX_COUNT = 2_000;

export class LatencyEstimate {
  #counts: Uint32Array | null = null;
  #total = 0;
  #p99: number | null = null;

  /** @param latency milliseconds. */
  add(latency: number): void {
    this.#counts ??= new Uint32Array(BUCKETS);
    const bucket = Math.ceil(Math.log2(latency / FIRST) * PER_DOUBLING);
    const index = Math.min(Math.max(bucket, 0), BUCKETS - 1);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total += 1;
    this.#p99 = null;
    if (this.#total >= MAX_COUNT) this.#halve(this.#counts);
  }

  /** Milliseconds: at most a fifth above the exact one. Null without enough latencies. */
  get p99(): number | null {
    if (this.#counts === null || this.#total < MIN_COUNT) return null;
    this.#p99 ??= this.#find(this.#counts);
    return this.#p99;
  }

  #find(counts: Uint32Array): number {
    let above = this.#total * 0.01;
    let index = BUCKETS - 1;
    while (index > 0 && (counts[index] as number) <= above) {
      above -= counts[index] as number;
      index -= 1;
    }
    return FIRST * 2 ** (index / PER_DOUBLING);
  }

  #halve(counts: Uint32Array): void {
    this.#total = 0;
    for (let index = 0; index < BUCKETS; index++) {
      counts[index] = (counts[index] as number) >> 1;
      this.#total += counts[index] as number;
    }
  }
}
