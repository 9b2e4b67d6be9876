import { afterEach, expect, test, vi } from 'vitest';
import { RecentRequests } from '../../pipeline/recent-requests.ts';
import { ConsoleFeed } from './console-feed.ts';
import { Latencies, LatencyWindow } from './latencies.ts';
import type { ConsoleMessage, OperationsMessage } from './messages.ts';
import type { ConsoleSources } from './views.ts';

afterEach(() => {
  vi.useRealTimers();
});

const sources: ConsoleSources = {
  running: () => [],
  subgraphs: () => [],
  isMocked: () => false,
  clients: [],
  cache: () => ({ responses: { hits: 0, stale: 0, misses: 0 }, entities: { hits: 0, misses: 0 }, errors: 0, bytes: 0 }),
  controls: () => null,
  serviceOf: (subgraph) => subgraph,
};

function addRequests({ ring }: RecentRequests, count: number, nameOf: (index: number) => string = () => 'A'): void {
  for (let index = 0; index < count; index += 1) {
    const slot = ring.next();
    const name = nameOf(index);
    slot.time = Date.now();
    slot.duration = 5;
    slot.status = index % 10 === 0 ? 500 : 200;
    slot.operation = { name, type: 'query', document: name, isTrusted: false, latest: null };
  }
}

/** Opens the operations. */
function open(feed: ConsoleFeed): { latest(): OperationsMessage; close(): void } {
  const messages: ConsoleMessage[] = [];
  const page = { isReady: () => true, send: (message: ConsoleMessage) => messages.push(message), end() {} };
  const close = feed.open(new URLSearchParams({ view: 'operations' }), page);
  if (!close) throw new Error('The feed takes no more pages.');
  return { latest: () => messages.at(-1) as OperationsMessage, close };
}

test('figures are exact at any rate while a page is open, and end ten seconds after the last page', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] });
  const recent = new RecentRequests();
  const feed = new ConsoleFeed(recent, sources);
  addRequests(recent, 3_000);
  const first = open(feed);
  // Of those before, the ring has the last thousand.
  expect(first.latest().operations[0]?.figures.count).toBe(1_000);
  addRequests(recent, 7_000);
  vi.advanceTimersByTime(500);
  expect(first.latest().operations[0]?.figures).toMatchObject({ count: 8_000, errors: 800 });
  first.close();
  vi.advanceTimersByTime(5_000);
  const second = open(feed);
  expect(second.latest().operations[0]?.figures.count).toBe(8_000);
  second.close();
  vi.advanceTimersByTime(11_000);
  expect(vi.getTimerCount()).toBe(0);
  addRequests(recent, 3_000);
  const third = open(feed);
  expect(third.latest().operations[0]?.figures.count).toBe(1_000);
  third.close();
  feed.close();
});

test('operations beyond the bound are counted together, so that no request is lost', () => {
  const recent = new RecentRequests();
  const feed = new ConsoleFeed(recent, sources);
  const page = open(feed);
  addRequests(recent, 20_000, (index) => `Operation${index}`);
  page.close();
  const { operations } = open(feed).latest();
  expect(operations.length).toBeLessThanOrEqual(402);
  expect(operations.reduce((sum, { figures }) => sum + figures.count, 0)).toBe(20_000);
  expect(operations.find(({ name }) => name === '(other)')?.figures.count).toBeGreaterThan(19_000);
  feed.close();
});

test('no more than twenty pages are open at a time, and none after the end', () => {
  const feed = new ConsoleFeed(new RecentRequests(), sources);
  const end = vi.fn();
  const page = { isReady: () => true, send() {}, end };
  const opened = Array.from({ length: 21 }, () => feed.open(new URLSearchParams(), page));
  expect(opened.filter((close) => close !== null)).toHaveLength(20);
  feed.close();
  expect(end).toHaveBeenCalledTimes(20);
  expect(feed.open(new URLSearchParams(), page)).toBeNull();
});

test('percentiles are within 5 % of the exact ones, also of several windows together', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => 0.2 * 1.0025 ** index);
  const windows = [new LatencyWindow(1_000, 10), new LatencyWindow(1_000, 10)] as const;
  for (const [index, value] of values.entries()) windows[index % 2]?.add(5_000, value, false);
  const total = new Latencies();
  for (const window of windows) window.mergeInto(total, 5_500);
  for (const share of [0.5, 0.95, 0.99]) {
    const exact = values[Math.ceil(share * values.length) - 1] as number;
    if (exact > 100_000) continue;
    expect(Math.abs((total.percentile(share) ?? 0) / exact - 1)).toBeLessThan(0.05);
  }
  expect(total.count).toBe(values.length);
});

test('a window has what is in it, whatever was before, and nothing that comes too late', () => {
  const window = new LatencyWindow(1_000, 5);
  window.add(1_500, 10, false);
  window.add(7_500, 20, true);
  expect(window.total(7_900)).toMatchObject({ count: 1, errors: 1, sum: 20 });
  window.add(2_500, 10, false);
  expect(window.total(7_900).count).toBe(1);
  expect(window.series(8_000).counts).toEqual([0, 0, 0, 0, 1]);
  expect(window.seconds(7_900, 7_000)).toBe(1);
  expect(window.seconds(7_900, 0)).toBe(4.9);
  expect(window.isEmpty(13_000)).toBe(true);
});
