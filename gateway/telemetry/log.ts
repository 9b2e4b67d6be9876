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
  if (format === 'json') return pino(settings, pino.destination({ fd: 1, sync: false, ...buffered }));
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

/**
 * Lines are written together, as soon as there is this much of them and at the latest after this many milliseconds: a
 * system call for each took up to a third of the processor's time of a request. Beyond the last bound, with a reader
 * that does not read, they are dropped.
 */
const buffered = { minLength: 8_192, periodicFlush: 100, maxLength: 16_777_216 };

/** How long the end of the process waits for a reader that does not read, in milliseconds. */
const FLUSH_TIMEOUT = 1_000;

/**
 * Resolves once all lines are written, or cannot be: where the reader of standard output has closed it, or does not
 * read. To be awaited before `process.exit`: the log's own flush there waits for such a reader without end.
 */
export function flushLog(log: Logger): Promise<void> {
  const destination = (log as unknown as Record<symbol, unknown>)[pino.symbols.streamSym];
  // Other destinations write each line at once.
  if (!isBuffered(destination)) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      destination.off('error', settle);
      resolve();
    };
    const timer = setTimeout(() => {
      destination.flushSync = () => {};
      settle();
    }, FLUSH_TIMEOUT);
    destination.on('error', settle);
    destination.flush(settle);
  });
}

interface BufferedDestination extends NodeJS.EventEmitter {
  flush(done: () => void): void;
  flushSync(): void;
}

function isBuffered(destination: unknown): destination is BufferedDestination {
  return typeof (destination as Partial<BufferedDestination> | undefined)?.flushSync === 'function';
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
