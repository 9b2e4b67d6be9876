// Starts of the performance gate: both states with a large schema, in turns, each as a user starts it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largeStart, writeFolder } from '../start/folders.ts';
import { type MeasuredStart, measureStart } from '../start/measured-start.ts';
import { compareFigures, type FigureComparison } from './comparison.ts';

export type StartComparison = { [Figure in keyof MeasuredStart]: FigureComparison };

export type Program<Side> = { side: Side; file: string };

/**
 * Starts both once uncounted, which compiles their code, then so many times each, or once at least until the time is up.
 * @param failed makes the error of a state that does not start.
 */
export async function compareStarts<Side>(
  programs: readonly [baseline: Program<Side>, current: Program<Side>],
  rounds: number,
  isOver: () => boolean,
  failed: (side: Side, cause: unknown) => Error,
): Promise<StartComparison> {
  const folder = mkdtempSync(join(tmpdir(), 'concierge-start-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const measured = async ({ side, file }: Program<Side>) => {
    try {
      return await measureStart(file, folder);
    } catch (error) {
      throw failed(side, error);
    }
  };
  const [baseline, current] = programs;
  const pairs: [MeasuredStart, MeasuredStart][] = [];
  try {
    writeFolder(folder, largeStart);
    for (const program of programs) await measured(program);
    for (let round = 0; round < rounds && (round === 0 || !isOver()); round++) {
      // Neither always comes second.
      const first = await measured(round % 2 === 0 ? baseline : current);
      const second = await measured(round % 2 === 0 ? current : baseline);
      pairs.push(round % 2 === 0 ? [first, second] : [second, first]);
    }
  } finally {
    process.off('exit', remove);
    remove();
  }
  const compared = (figure: keyof MeasuredStart) =>
    compareFigures(pairs.map(([one, other]) => [one[figure], other[figure]]));
  return { ready: compared('ready'), processor: compared('processor'), memory: compared('memory') };
}
