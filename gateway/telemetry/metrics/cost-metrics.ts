// Metrics of what operations cost: the estimate before their execution, and the cost of what their responses hold.
import type { MetricsRegistry } from './registry.ts';
import type { Histogram } from './series.ts';

/** Upper bounds of costs. */
const costBounds: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000],
];

export class CostMetrics {
  readonly #estimated: Histogram;
  readonly #actual: Histogram;

  constructor(registry: MetricsRegistry) {
    const help = 'Costs of operations: estimated before their execution, and actual, of what their responses hold.';
    const costs = registry.histogram('concierge_operation_cost', help, { labels: ['kind'], bounds: costBounds });
    this.#estimated = costs.with('estimated');
    this.#actual = costs.with('actual');
  }

  /** @param actual null where it is not known. */
  record(estimated: number, actual: number | null): void {
    this.#estimated.observe(estimated);
    if (actual !== null) this.#actual.observe(actual);
  }

  /** The cost of one event of a subscription. */
  recordEvent(actual: number): void {
    this.#actual.observe(actual);
  }
}
