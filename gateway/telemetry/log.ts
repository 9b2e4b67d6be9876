// Log: one JSON line per event on standard output, or readable lines in a terminal.
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export interface LogOptions {
  level: string;
  /** Default: `pretty` in a terminal, `json` elsewhere. */
  format?: 'json' | 'pretty' | undefined;
}

export type { Logger };

export function createLog(options: LogOptions): Logger {
  const format = options.format ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const settings = { level: options.level, base: null };
  if (format === 'json') return pino(settings);
  return pino(
    settings,
    pretty({
      sync: true,
      ignore: 'pid,hostname,requestId,operation,status,duration,calls,method,path,client,tenant',
      translateTime: 'HH:MM:ss',
      messageFormat: (line, messageKey) => readable(line, String(line[messageKey] ?? '')),
    }),
  );
}

function readable(line: Record<string, unknown>, message: string): string {
  if (message !== 'request') return message;
  const calls = (line.calls as { subgraph: string; duration: number; outcome: string }[] | undefined) ?? [];
  const reported = calls.map(
    ({ subgraph, duration, outcome }) => `${subgraph} ${duration} ms${outcome === 'ok' ? '' : ` ${outcome}`}`,
  );
  const name = line.operation ? ` ${line.operation}` : '';
  const details = reported.length > 0 ? ` (${reported.join(', ')})` : '';
  return `${line.method} ${line.path}${name} ${line.status}, ${line.duration} ms${details}`;
}
