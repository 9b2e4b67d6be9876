// Scenarios with a multiple of the requests that a gateway can serve with one core: what it still serves within half a second,
// whether its readiness is served meanwhile, and how soon it is as before.

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { benchmarkGraph } from '../run/benchmark-graph.ts';
import type { BenchRequest } from '../run/candidate.ts';
import type { Cores } from '../run/cores.ts';
import { requestOf } from '../run/requests.ts';
import { startSubgraphs } from '../run/subgraph-process.ts';
import { capacityOf } from './capacity.ts';
import { type ContestantName, contestants, responseOf, startContestant } from './contestants.ts';
import { runLoad } from './instances.ts';
import type { Outcome } from './report.ts';
import { type Figures, Timeline } from './timeline.ts';

/** Milliseconds within which a response is in time, and after which a client gives up. */
const limit = 500;
const patience = 5_000;
/** Seconds before and after the overload, at half of what the gateway can. */
const calm = 3;
const after = 6;
/** Seconds of a step in which the end of the overload is looked for. */
const step = 0.25;

type Result = {
  name: ContestantName;
  capacity: number;
  seconds: Figures[];
  /** Share of the gateway's processor time during the overload that what it has served in time takes. */
  goodput: number;
  /** Seconds after it until everything is served in time. */
  recovered: number;
  readiness: { requests: number; unanswered: number; longest: number };
};

export function overload(seconds: number) {
  return [2, 4].map((times) => ({
    key: `overload-${times}`,
    async run(names: readonly ContestantName[], cores: Cores, missed: string[]): Promise<Outcome> {
      const title = `${times} times the requests that the gateway can serve`;
      console.log(`\noverload-${times}: ${title}`);
      const request = requestOf('large');
      const results: Result[] = [];
      for (const name of names) {
        const result = await runOne(name, times, seconds, request, cores);
        console.table(result.seconds);
        console.log(`${contestants[name]}: ${summary(result)}`);
        results.push(result);
        if (name === 'concierge') missed.push(...judge(result).map((words) => `overload-${times}: ${words}`));
      }
      const panel = (text: string, isLogarithmic: boolean, value: (figures: Figures, result: Result) => number) => ({
        ...{ title: text, isLogarithmic },
        lines: results.map((result) => ({
          label: contestants[result.name],
          values: result.seconds.map((figures) => value(figures, result)),
        })),
      });
      return {
        ...{ key: `overload-${times}`, title, fault: [calm, calm + seconds] as const },
        panels: [
          panel(
            'served within 500 ms, as a share of what it can',
            false,
            ({ inTime }, { capacity }) => inTime / capacity,
          ),
          panel('99th percentile of what is served, ms', true, ({ p99 }) => p99),
        ],
        summaries: results.map((result) => ({ label: contestants[result.name], text: summary(result) })),
      };
    },
  }));
}

async function runOne(
  name: ContestantName,
  times: number,
  seconds: number,
  request: BenchRequest,
  cores: Cores,
): Promise<Result> {
  const subgraphs = await startSubgraphs(benchmarkGraph(cores));
  const contestant = await startContestant(name, [], cores, readFileSync(subgraphs.supergraph, 'utf8'));
  try {
    const { body } = request;
    const expected = await responseOf(contestant, body);
    // The first time is its warm-up.
    await capacityOf(contestant, body, expected, cores);
    const { requestsPerSecond: capacity, processorTime: cost } = await capacityOf(contestant, body, expected, cores);
    console.log(`${contestants[name]}: ${Math.round(capacity)} requests per second, ${Math.round(cost)} µs each`);
    const phases = [
      { seconds: calm, rates: [capacity / 2] },
      { seconds, rates: [capacity * times] },
      { seconds: after, rates: [capacity / 2] },
    ];
    const operations = [{ body, expected, isSafe: true }];
    const readiness = { requests: 0, unanswered: 0, longest: 0 };
    const isOver = new AbortController();
    const probing = probe(contestant.readiness, readiness, isOver.signal);
    const task = { port: contestant.port, path: '/graphql', operations, phases, patience, maxConnections: 8000 };
    const used: number[] = [];
    const samples = await runLoad(task, cores, () => {
      for (const second of [calm, calm + seconds]) {
        setTimeout(() => used.push(contestant.processorTime()), second * 1000);
      }
    });
    isOver.abort();
    await probing;
    const [from = 0, to = 0] = used;
    const timeline = new Timeline(samples, limit);
    const total = calm + seconds + after;
    const end = calm + seconds;
    const steps = Array.from({ length: after / step }, (_, index) =>
      timeline.figures(end + index * step, end + (index + 1) * step),
    );
    const lastLate = steps.findLastIndex(({ sent, inTime }) => inTime < sent);
    return {
      ...{ name, capacity, readiness },
      seconds: Array.from({ length: total }, (_, second) => timeline.figures(second, second + 1)),
      goodput: (timeline.figures(calm, end).inTime * cost) / (to - from),
      recovered: lastLate === steps.length - 1 ? Number.POSITIVE_INFINITY : (lastLate + 1) * step,
    };
  } finally {
    await contestant.stop();
    await subgraphs.stop();
  }
}

/** Ten times a second; without a response within a second, it counts as unanswered. */
async function probe(url: string, readiness: Result['readiness'], isOver: AbortSignal): Promise<void> {
  while (!isOver.aborted) {
    const sent = performance.now();
    readiness.requests += 1;
    try {
      await (await fetch(url, { signal: AbortSignal.timeout(1000) })).arrayBuffer();
    } catch {
      readiness.unanswered += 1;
    }
    readiness.longest = Math.max(readiness.longest, performance.now() - sent);
    await delay(100);
  }
}

function summary({ capacity, goodput, recovered, readiness, seconds }: Result): string {
  const served = Math.max(...seconds.slice(calm, -after).map(({ p99 }) => p99));
  return `${goodput.toFixed(2)} of its processor time goes into requests that are served within ${limit} ms (it can serve ${Math.round(capacity)} per second); 99th percentile of what is served at most ${Math.round(served)} ms; readiness unanswered ${readiness.unanswered} of ${readiness.requests} times (at most ${Math.round(readiness.longest)} ms); ${Number.isFinite(recovered) ? `as before after ${recovered} s` : `not as before after ${after} s`}`;
}

function judge({ goodput, recovered, readiness }: Result): string[] {
  return [
    ...(goodput < 0.7 ? [`${goodput.toFixed(2)} of the capacity is served in time`] : []),
    ...(readiness.unanswered > 0 ? [`${readiness.unanswered} requests for readiness have had no response`] : []),
    ...(recovered > 2 ? [`it is as before after ${recovered} s`] : []),
  ];
}
