// Table of the performance gate, as Markdown that is aligned as plain text, too.

import type { Comparison } from './comparison.ts';
import type { StartComparison } from './starts.ts';

export function comparisonRow(
  name: string,
  { cpu, ratio, low, high, confidence, total, resident, peak, sameText }: Comparison,
): string[] {
  const megabytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(0);
  return [
    name,
    ...cpu.map((microseconds) => microseconds.toFixed(1)),
    ratio.toFixed(3),
    interval({ low, high, confidence }),
    total.toFixed(3),
    ...resident.map((bytes, side) => `${megabytes(bytes)} (${megabytes(peak[side]!)})`),
    sameText ? 'same bytes' : 'same data',
  ];
}

/** One row for each figure of a start. */
export function startRows({ ready, processor, memory }: StartComparison): string[][] {
  const named = [
    ['ms until ready', ready],
    ['ms of processor time', processor],
    ['MB resident', memory],
  ] as const;
  return named.map(([name, compared]) => [
    name,
    ...compared.figures.map((figure) => figure.toFixed(0)),
    compared.ratio.toFixed(3),
    interval(compared),
  ]);
}

function interval({ low, high, confidence }: Pick<Comparison, 'low' | 'high' | 'confidence'>): string {
  return `${low.toFixed(3)}–${high.toFixed(3)} (${Math.floor(100 * confidence)} %)`;
}

/** The first row is the head. */
export function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  const rule = line(widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [head, rule, ...body].join('\n');
}
