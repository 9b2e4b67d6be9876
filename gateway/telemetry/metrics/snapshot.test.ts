// Sums of the metrics of several workers.
import { expect, test } from 'vitest';
import { exposition } from './exposition.ts';
import { MetricsRegistry } from './registry.ts';
import { SummedFamilies, snapshotOf } from './snapshot.ts';

function worker(trace: string, open: number): MetricsRegistry {
  const registry = new MetricsRegistry();
  registry
    .counter('requests', 'Requests.', { labels: ['client'] })
    .with(`of ${open}`)
    .add(2);
  registry.counter('errors', 'Errors.').with().add(open);
  registry.gauge('connections', 'Connections.').with().set(open);
  registry.gauge('breaker', 'State.', { isMaximum: true }).with().set(open);
  const durations = registry.histogram('durations_seconds', 'Durations.', { bounds: [1, 2], unit: 'seconds' });
  durations.with().observe(open, trace);
  return registry;
}

const asText = (sum: SummedFamilies) => [...exposition(sum.families, 'openmetrics')].join('');

test('counters, histograms and gauges are summed, the greatest counts where it is meant to, and exemplars stay', () => {
  const sum = new SummedFamilies();
  // As they travel.
  for (const each of [worker('aa', 0.5), worker('bb', 4)])
    sum.add(JSON.parse(JSON.stringify(snapshotOf(each.families()))));
  const text = asText(sum);
  expect(text).toContain('requests_total{client="of 0.5"} 2\nrequests_total{client="of 4"} 2\n');
  expect(text).toContain('errors_total 4.5\n');
  expect(text).toContain('connections 4.5\n');
  expect(text).toContain('breaker 4\n');
  expect(text).toContain('# UNIT durations_seconds seconds\n');
  expect(text).toMatch(/durations_seconds_bucket\{le="1\.0"\} 1 # \{trace_id="aa"\} 0\.5 /);
  expect(text).toMatch(/durations_seconds_bucket\{le="\+Inf"\} 2 # \{trace_id="bb"\} 4 /);
  expect(text).toContain('durations_seconds_sum 4.5\ndurations_seconds_count 2\n');
});

test('of workers that have ended, only what never falls is left, in no more series than a metric may have', () => {
  const ended = new SummedFamilies();
  const registry = new MetricsRegistry();
  const clients = registry.counter('requests', 'Requests.', { labels: ['client'], maxSeries: 3 });
  registry.gauge('connections', 'Connections.').with().set(7);
  for (let restart = 0; restart < 5; restart += 1) {
    const other = new MetricsRegistry();
    other
      .counter('requests', 'Requests.', { labels: ['client'], maxSeries: 3 })
      .with(`client ${restart}`)
      .add(10);
    ended.add(snapshotOf(other.families()), 'growing');
  }
  clients.with('client 0').add(1);
  ended.add(snapshotOf(registry.families()), 'growing');
  const text = asText(ended);
  expect(text).not.toContain('connections');
  expect(text).toContain('requests_total{client="client 0"} 11\n');
  expect(text).toContain('requests_total{client="(other)"} 20\n');
});
