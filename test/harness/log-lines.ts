// Lines of a gateway's log, as they are written: in place of standard output, they are collected.
import { pino } from 'pino';
import type { Gateway } from '../../gateway/index.ts';
import type { LogLine } from './process.ts';

/** From now on; with the level `info`, unless another one is given. */
export function collectLines(log: Gateway['log'], level = 'info'): LogLine[] {
  const lines: LogLine[] = [];
  const destination = (log as unknown as Record<symbol, { write(text: string): boolean }>)[pino.symbols.streamSym];
  if (!destination) throw new Error('The log has no destination.');
  destination.write = (text) => lines.push(JSON.parse(text)) > 0;
  log.level = level;
  return lines;
}
