// Table of one query's figures in Markdown: each as measured, and in brackets as a multiple of Concierge's.

import { type Entry, medianRound, type QueryResults } from './results.ts';

const columns = ['Gateway', 'Requests/s', 'p50 ms', 'p99 ms', 'Upstream calls', 'Peak memory MB', 'CPU µs/request'];

/** `baseline` is the gateway that the multiples refer to; without an entry for it there are no multiples. */
export function figuresTable({ entries, absences }: QueryResults, baseline: string): string {
  const reference = entries.find(({ gateway }) => gateway === baseline);
  const rows = [
    ...entries.map((entry) => row(entry, reference)),
    ...absences.map(({ title, reason }) => [title, `not measured: ${reason}`, '', '', '', '', '']),
  ];
  return [columns, columns.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function row(entry: Entry, reference: Entry | undefined): string[] {
  const own = figures(entry);
  const others = reference && figures(reference);
  return [
    entry.title,
    ...own.map(({ value, digits }, index) => {
      const text = value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
      const base = others?.[index]?.value;
      return base ? `${text} (${(value / base).toFixed(2)}×)` : text;
    }),
  ];
}

function figures(entry: Entry): { value: number; digits: number }[] {
  const round = medianRound(entry.rounds);
  return [
    { value: round.requestsPerSecond, digits: 0 },
    { value: round.p50, digits: round.p50 < 100 ? 1 : 0 },
    { value: round.p99, digits: round.p99 < 100 ? 1 : 0 },
    { value: round.upstreamPerRequest, digits: 1 },
    { value: entry.peakMemory / 1024 ** 2, digits: 0 },
    { value: round.cpuPerRequest, digits: 0 },
  ];
}
