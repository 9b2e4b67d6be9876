// Metrics of requests: their series are bounded, whatever names clients send, and no request is lost or counted twice.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { exposition } from './exposition.ts';
import { Family } from './family.ts';
import { MetricsRegistry } from './registry.ts';
import { type MeasuredOperation, RequestMetrics } from './request-metrics.ts';
import { Counter, Histogram } from './series.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const counted = (registry: MetricsRegistry) =>
  registry
    .families()
    .filter(({ name }) => name === 'http_server_request_duration_seconds')
    .flatMap((family) => [...family.all()])
    .map(({ values, one }) => ({
      operation: values[4],
      count: (one as unknown as Histogram).counts.reduce((sum, each) => sum + each, 0),
    }));

function operation(name: string, isTrusted = false): MeasuredOperation {
  return { name, type: 'query', document: '', isTrusted, latest: null };
}

function requests() {
  const registry = new MetricsRegistry();
  const metrics = new RequestMetrics(registry);
  const ended = (measured: MeasuredOperation | null, status = 200, client: string | null = null) =>
    metrics.ended({
      ...{ method: 'POST', route: '/graphql', status, operation: measured, client, seconds: 0.02, codes: undefined },
    });
  return { registry, ended };
}

test('a million names make 200 labels and one for the rest, in little memory', () => {
  const { registry, ended } = requests();
  const busy = operation('Busy');
  const before = heap();
  for (let index = 0; index < 1_000_000; index += 1) {
    ended(operation(`Name${index}`));
    if (index % 10 === 0) ended(busy);
  }
  const series = counted(registry);
  expect(series.length).toBeLessThanOrEqual(201);
  expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(1_100_000);
  // It comes late, and takes the label of one that came once.
  expect(series.find(({ operation: name }) => name === 'Busy')?.count).toBeGreaterThan(99_000);
  expect((heap() - before) / 1_048_576).toBeLessThan(3);
});

test('trusted documents have their own labels beyond the bound', () => {
  const { registry, ended } = requests();
  for (let index = 0; index < 300; index += 1) ended(operation(`Anyone${index}`));
  for (let index = 0; index < 500; index += 1) ended(operation(`Trusted${index}`, true));
  const names = counted(registry).map(({ operation: name }) => name as string);
  expect(names.filter((name) => name.startsWith('Trusted'))).toHaveLength(500);
  expect(names.filter((name) => name.startsWith('Anyone'))).toHaveLength(200);
  expect(names).toContain('(other)');
});

test('an operation finds the series of each status and client, in any order', () => {
  const { registry, ended } = requests();
  const one = operation('One');
  for (const [status, client] of [
    [200, null],
    [200, 'web'],
    [200, null],
    [504, 'web'],
    [200, 'web'],
  ] as const) {
    ended(one, status, client);
  }
  expect(counted(registry).map(({ count }) => count)).toEqual([2, 2, 1]);
});

test('label values are escaped, and more series than the bound are one', () => {
  const family = new Family({
    ...{ name: 'odd', help: 'Back\\slash\nand line.', type: 'counter' as const, labels: ['a', 'b'] },
    ...{ create: () => new Counter(), maxSeries: 2 },
  });
  family.with('say "hi"\\\n', 'x').add(2);
  family.with('y', 'x').add();
  for (const value of ['1', '2', '3']) family.with(value, 'x').add();
  expect([...exposition([family as unknown as Family], 'openmetrics')].join('')).toBe(
    [
      '# HELP odd Back\\\\slash\\nand line.',
      '# TYPE odd counter',
      'odd_total{a="say \\"hi\\"\\\\\\n",b="x"} 2',
      'odd_total{a="y",b="x"} 1',
      'odd_total{a="(other)",b="(other)"} 3',
      '# EOF',
      '',
    ].join('\n'),
  );
});

test('buckets are cumulative, with the latest exemplar of each in OpenMetrics alone', () => {
  const histogram = new Histogram([0.1, 1]);
  for (const value of [0.1, 0.2, 5]) histogram.observe(value);
  histogram.observe(0.3, 'ab12');
  const family = new Family({
    ...{ name: 'd_seconds', help: 'D.', type: 'histogram' as const, labels: ['x'], create: () => histogram },
  });
  family.with('1');
  const text = (format: 'prometheus' | 'openmetrics') =>
    [...exposition([family as unknown as Family], format)].join('');
  expect(text('prometheus').split('\n').slice(2)).toEqual([
    'd_seconds_bucket{x="1",le="0.1"} 1',
    'd_seconds_bucket{x="1",le="1.0"} 3',
    'd_seconds_bucket{x="1",le="+Inf"} 4',
    'd_seconds_sum{x="1"} 5.6',
    'd_seconds_count{x="1"} 4',
    '',
  ]);
  expect(text('openmetrics')).toMatch(/le="1.0"\} 3 # \{trace_id="ab12"\} 0.3 \d+\.\d{3}\n/);
});

test('no slice of 2,000 operations takes the loop for long', () => {
  const { registry, ended } = requests();
  for (let index = 0; index < 2_000; index += 1) ended(operation(`Trusted${index}`, true));
  let longest = 0;
  let started = process.threadCpuUsage();
  for (const _slice of exposition(registry.families(), 'openmetrics')) {
    const { user, system } = process.threadCpuUsage(started);
    longest = Math.max(longest, user + system);
    started = process.threadCpuUsage();
  }
  expect(longest / 1000).toBeLessThan(20);
});
