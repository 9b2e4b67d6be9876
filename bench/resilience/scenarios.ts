// Scenarios of `npm run bench:resilience`: services whose instances hang, die and fail, and what has to be so meanwhile.

import type { Phase } from '../load/open-loop.ts';
import { median } from '../run/results.ts';
import type { Instance } from './instances.ts';
import type { Figures } from './timeline.ts';

/** Second by second: all requests, each operation's, and the requests that the first service has had. */
export type Seconds = { all: Figures[]; operations: Figures[][]; load: number[] };

export type Scenario = {
  key: string;
  title: string;
  services: readonly { name: string; sdl: string; instances: number }[];
  operations: readonly { name: string; query: string }[];
  /** Requests before the load: a gateway that has had none, without. */
  warmUp: number;
  phases: readonly Phase[];
  /** In seconds. */
  fault: readonly [from: number, to: number];
  /** By second. The instance that fails is the first one of the first service. */
  events(instances: readonly Instance[]): Record<number, () => unknown>;
  panels: readonly { title: string; isLogarithmic?: boolean; value(seconds: Seconds, second: number): number }[];
  /** Its figures in words. */
  summary(seconds: Seconds): string;
  /** What Concierge has missed. */
  judge(seconds: Seconds): string[];
};

const sum = (figures: readonly Figures[], key: 'failed' | 'sent') =>
  figures.reduce((total, each) => total + each[key], 0);
const failedOf = (seconds: Seconds) => sum(seconds.all, 'failed');
const medianP99 = (figures: readonly Figures[]) => median(figures.map(({ p99 }) => p99));
const noFailure = (seconds: Seconds) => (failedOf(seconds) > 0 ? [`${failedOf(seconds)} requests have failed`] : []);
const words = (milliseconds: number) =>
  milliseconds < 1000 ? `${Math.round(10 * milliseconds) / 10} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** The 99th percentile of most seconds of a window, as a multiple of that before the fault. */
function ratio(figures: readonly Figures[], fault: number, from: number, to?: number): number {
  return medianP99(figures.slice(from, to)) / medianP99(figures.slice(1, fault));
}

function above(limit: number, found: number): string[] {
  return found > limit
    ? [`the 99th percentile is ${found.toFixed(2)} times that without the fault, above ${limit}`]
    : [];
}

const failures = { title: 'failed requests', value: ({ all }: Seconds, second: number) => all[second]!.failed };
const tail = {
  title: '99th percentile, ms',
  isLogarithmic: true,
  value: ({ all }: Seconds, second: number) => all[second]!.p99,
};

/** @param rate requests per second. @param outage seconds for which all instances are down. */
export function scenariosOf(rate: number, outage: number): readonly Scenario[] {
  const users = { name: 'users', sdl: 'type Query { user: String }', instances: 3 };
  const one = { services: [users], operations: [{ name: 'user', query: '{ user }' }], warmUp: 300 };
  const phases = (seconds: number): Phase[] => [{ seconds, rates: [rate] }];
  const shared = (seconds: Seconds, fault: number) =>
    `${failedOf(seconds)} of ${sum(seconds.all, 'sent')} failed; 99th percentile ${words(medianP99(seconds.all.slice(1, fault)))} before, at most ${words(Math.max(...seconds.all.slice(fault).map(({ p99 }) => p99)))} after`;
  return [
    {
      ...one,
      key: 'frozen',
      title: 'One of three instances hangs (SIGSTOP)',
      phases: phases(12),
      fault: [3, 9],
      events: ([first]) => ({ 3: () => first!.signal('SIGSTOP'), 9: () => first!.signal('SIGCONT') }),
      panels: [tail, failures],
      summary: (seconds) => shared(seconds, 3),
      judge: (seconds) => [...noFailure(seconds), ...above(2, ratio(seconds.all, 3, 5))],
    },
    {
      ...one,
      key: 'killed',
      title: 'One of three instances is killed, and is back after 3 s',
      phases: phases(14),
      fault: [3, 6],
      events: ([first]) => ({ 3: () => first!.signal('SIGKILL'), 6: () => first!.restart() }),
      panels: [tail, failures],
      summary: (seconds) => shared(seconds, 3),
      judge: (seconds) => [...noFailure(seconds), ...above(2, ratio(seconds.all, 3, 5))],
    },
    {
      ...one,
      key: 'failing',
      title: 'One of four instances responds with 500 at once',
      services: [{ ...users, instances: 4 }],
      phases: phases(11),
      fault: [3, 11],
      events: ([first]) => ({ 3: () => first!.fail(500) }),
      panels: [failures, tail],
      summary: (seconds) =>
        `${sum(seconds.all.slice(3, 4), 'failed')} failed in the first second, ${sum(seconds.all.slice(4), 'failed')} later`,
      judge: (seconds) => [
        ...(sum(seconds.all.slice(3, 4), 'failed') > rate / 100
          ? ['more than 1 % have failed in the first second']
          : []),
        ...(sum(seconds.all.slice(4), 'failed') > 0 ? ['requests have failed after it'] : []),
      ],
    },
    outageScenario(rate, outage),
    slowScenario(rate),
  ];
}

/** All instances of a service are down; half of the requests do not need it. */
function outageScenario(rate: number, seconds: number): Scenario {
  const [from, to] = [5, 5 + seconds];
  const recovered = ({ operations }: Seconds) => {
    const index = operations[0]!.findIndex(
      (_, second) => second >= to && sum(operations[0]!.slice(second), 'failed') === 0,
    );
    return index < 0 ? Number.POSITIVE_INFINITY : index - to;
  };
  const load = (each: Seconds) =>
    each.load.slice(from, to).reduce((total, one) => total + one, 0) / ((rate / 2) * seconds);
  return {
    key: 'outage',
    title: `All instances of a service respond with 503 for ${seconds} s`,
    services: [
      { name: 'users', sdl: 'type Query { user: String }', instances: 2 },
      { name: 'stock', sdl: 'type Query { stock: String }', instances: 1 },
    ],
    operations: [
      { name: 'user', query: '{ user }' },
      { name: 'stock', query: '{ stock }' },
    ],
    warmUp: 300,
    phases: [{ seconds: to + 12, rates: [rate / 2, rate / 2] }],
    fault: [from, to],
    events: (instances) => ({
      [from]: () => Promise.all(instances.map((each) => each.fail(503))),
      [to]: () => Promise.all(instances.map((each) => each.fail(0))),
    }),
    panels: [
      {
        title: 'operations without it: 99th percentile, ms',
        isLogarithmic: true,
        value: ({ operations }, at) => operations[1]![at]!.p99,
      },
      { title: 'requests to it per second', value: ({ load: requests }, at) => requests[at]! },
      { title: 'operations with it: failed requests', value: ({ operations }, at) => operations[0]![at]!.failed },
    ],
    summary: (each) =>
      `operations without it: ${sum(each.operations[1]!, 'failed')} failed, 99th percentile ${ratio(each.operations[1]!, from, from, to).toFixed(2)} times; ${load(each).toFixed(2)} times its load; recovered after ${recovered(each)} s`,
    judge: (each) => [
      ...(sum(each.operations[1]!, 'failed') > 0 ? ['operations without the service have failed'] : []),
      ...above(1.2, ratio(each.operations[1]!, from, from, to)),
      ...(load(each) > 1.1 ? [`the service has had ${load(each).toFixed(2)} times its load`] : []),
      ...(recovered(each) > 6 ? [`it has recovered after ${recovered(each)} s`] : []),
    ],
  };
}

/** One field of a service takes 10 s, and is requested often enough to take all of its connections. */
function slowScenario(rate: number): Scenario {
  const [from, to] = [5, 20];
  const others = (each: Seconds, at: number) => [each.operations[0]![at]!, each.operations[1]![at]!];
  const worst = (each: Seconds) => Math.max(...[0, 1].map((index) => ratio(each.operations[index]!, from, from, to)));
  return {
    key: 'slow',
    title: 'One field of a service takes 10 s',
    services: [
      { name: 'stock', sdl: 'type Query { stock: String slowStock: String }', instances: 1 },
      { name: 'users', sdl: 'type Query { user: String }', instances: 1 },
    ],
    operations: [
      { name: 'stock', query: '{ stock }' },
      { name: 'user', query: '{ user }' },
      { name: 'slowStock', query: '{ slowStock }' },
    ],
    warmUp: 300,
    phases: [
      { seconds: from, rates: [rate / 2, rate / 2, 0] },
      { seconds: to - from, rates: [rate / 2, rate / 2, 20] },
    ],
    fault: [from, to],
    events: () => ({}),
    panels: [
      {
        title: 'the same service: 99th percentile, ms',
        isLogarithmic: true,
        value: (each, at) => others(each, at)[0]!.p99,
      },
      {
        title: 'another service: 99th percentile, ms',
        isLogarithmic: true,
        value: (each, at) => others(each, at)[1]!.p99,
      },
    ],
    summary: (each) =>
      `99th percentile of the same service's other field ${ratio(each.operations[0]!, from, from, to).toFixed(2)} times, of another service ${ratio(each.operations[1]!, from, from, to).toFixed(2)} times; ${sum([...each.operations[0]!, ...each.operations[1]!], 'failed')} of them failed`,
    judge: (each) => above(1.2, worst(each)),
  };
}
