// Report of the scenarios: resilience.json for computing, resilience-*.svg for the eye, RESILIENCE.md for people. A run of some
// scenarios replaces those only.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describeMachine } from '../run/machine.ts';
import { type TimePanel, timelineSvg } from './timeline-svg.ts';

export type Outcome = {
  key: string;
  title: string;
  /** In seconds. */
  fault: readonly [from: number, to: number];
  panels: readonly TimePanel[];
  /** The figures of each gateway in words. */
  summaries: readonly { label: string; text: string }[];
};

type Stored = Outcome & { takenAt: string; machine: string };

const file = (name: string) => new URL(`../${name}`, import.meta.url);

/** In the order of the report. */
const keys = ['frozen', 'killed', 'failing', 'outage', 'slow', 'overload-2', 'overload-4'];

export function writeOutcome(outcome: Outcome): void {
  const { processor, cores, memoryGigabytes, node, loadBefore } = describeMachine([]);
  const machine = `${processor}, ${cores} cores, ${memoryGigabytes} GB, Node ${node}, load average ${loadBefore}`;
  const stored: Record<string, Stored> = existsSync(file('resilience.json'))
    ? JSON.parse(readFileSync(file('resilience.json'), 'utf8'))
    : {};
  stored[outcome.key] = { ...outcome, takenAt: new Date().toISOString().slice(0, 10), machine };
  const ordered = keys.flatMap((key) => stored[key] ?? []);
  writeFileSync(
    file('resilience.json'),
    `${JSON.stringify(Object.fromEntries(ordered.map((each) => [each.key, each])), undefined, 1)}\n`,
  );
  writeFileSync(file(`resilience-${outcome.key}.svg`), timelineSvg(outcome.title, outcome.fault, outcome.panels));
  writeFileSync(file('RESILIENCE.md'), markdown(ordered));
}

function markdown(outcomes: readonly Stored[]): string {
  const sections = outcomes.map(
    ({ key, title, summaries, takenAt, machine }) => `## ${title}

![${title}: second by second](resilience-${key}.svg)

${summaries.map(({ label, text }) => `- **${label}**: ${text}`).join('\n')}

\`npm run bench:resilience -- --only ${key}\`, ${takenAt}, ${machine}.`,
  );
  return `# Resilience

Written by \`npm run bench:resilience\` in this folder: services that hang, die and fail, and a gateway with more to do than it
can, under requests at a constant rate, each sent at its time. Latencies count from that time. The shaded seconds are those of the
fault. Concierge has all addresses of a service; Hive Gateway, which has one address for each, sends through a balancer of TCP
connections, with its retries and time-outs on. What is done about each fault: [resilience](../docs/resilience.md).

${sections.join('\n\n')}
`;
}
