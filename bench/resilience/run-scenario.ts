// Run of one scenario with each gateway, one after the other, over fresh instances.

import type { Cores } from '../run/cores.ts';
import { type ContestantName, contestants, responseOf, startContestant } from './contestants.ts';
import { type Instance, runLoad, startInstance } from './instances.ts';
import type { Outcome } from './report.ts';
import type { Scenario, Seconds } from './scenarios.ts';
import { Timeline } from './timeline.ts';

/** @param missed gets what Concierge has missed. */
export async function runScenario(
  scenario: Scenario,
  names: readonly ContestantName[],
  cores: Cores,
  missed: string[],
): Promise<Outcome> {
  console.log(`\n${scenario.key}: ${scenario.title}`);
  const results: { name: ContestantName; seconds: Seconds }[] = [];
  for (const name of names) {
    const seconds = await runOne(scenario, name, cores);
    results.push({ name, seconds });
    console.table(seconds.all.map((figures, second) => ({ ...figures, load: seconds.load[second] })));
    console.log(`${contestants[name]}: ${scenario.summary(seconds)}`);
    if (name === 'concierge') missed.push(...scenario.judge(seconds).map((words) => `${scenario.key}: ${words}`));
  }
  return {
    key: scenario.key,
    title: scenario.title,
    fault: scenario.fault,
    panels: scenario.panels.map(({ title, isLogarithmic = false, value }) => ({
      ...{ title, isLogarithmic },
      lines: results.map(({ name, seconds }) => ({
        label: contestants[name],
        values: seconds.all.map((_, second) => value(seconds, second)),
      })),
    })),
    summaries: results.map(({ name, seconds }) => ({ label: contestants[name], text: scenario.summary(seconds) })),
  };
}

async function runOne(scenario: Scenario, name: ContestantName, cores: Cores): Promise<Seconds> {
  const services = await Promise.all(
    scenario.services.map(async (service) => ({
      ...service,
      instances: await Promise.all(Array.from({ length: service.instances }, () => startInstance(service.sdl, cores))),
    })),
  );
  const first = services[0]!.instances;
  const contestant = await startContestant(
    name,
    services.map(({ instances, ...service }) => ({ ...service, ports: instances.map(({ port }) => port) })),
    cores,
  );
  try {
    const operations = await Promise.all(
      scenario.operations.map(async ({ query }) => {
        const body = JSON.stringify({ query });
        return { body, expected: await responseOf(contestant, body), isSafe: true };
      }),
    );
    for (let sent = 0; sent < scenario.warmUp; sent += 1) await responseOf(contestant, operations[0]!.body);
    const total = scenario.phases.reduce((sum, { seconds }) => sum + seconds, 0);
    const counts: Promise<number>[] = [];
    const timers: NodeJS.Timeout[] = [];
    const events = scenario.events(first);
    const count = counterOf(first);
    const samples = await runLoad(
      {
        port: contestant.port,
        path: '/graphql',
        operations,
        phases: scenario.phases,
        patience: 30_000,
        maxConnections: 5000,
      },
      cores,
      () => {
        for (let second = 0; second <= total; second += 1) {
          const happens = () => {
            counts[second] = count();
            events[second]?.();
          };
          timers.push(setTimeout(happens, second * 1000));
        }
      },
    );
    for (const timer of timers) clearTimeout(timer);
    const sums = await Promise.all(counts);
    const timeline = new Timeline(samples);
    const each = (operation?: number) =>
      Array.from({ length: total }, (_, second) => timeline.figures(second, second + 1, operation));
    return {
      all: each(),
      operations: operations.map((_, index) => each(index)),
      load: Array.from({ length: total }, (_, second) => (sums[second + 1] ?? 0) - (sums[second] ?? 0)),
    };
  } finally {
    await contestant.stop();
    for (const { instances } of services) for (const instance of instances) instance.stop();
  }
}

/** Counts the requests of instances; one that is stopped or killed has those of before. */
function counterOf(instances: readonly Instance[]): () => Promise<number> {
  const latest = instances.map(() => 0);
  return async () => {
    const counting = instances.map(async (instance, index) => {
      const count = await Promise.race([instance.requests().catch(() => 0), zeroSoon()]);
      // One that has started again counts from zero: what it had before is not known any more.
      if (count > 0) latest[index] = count;
    });
    await Promise.all(counting);
    return latest.reduce((sum, count) => sum + count, 0);
  };
}

function zeroSoon(): Promise<number> {
  return new Promise((resolve) => setTimeout(resolve, 500, 0).unref());
}
