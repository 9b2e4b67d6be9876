// Log: one JSON line per event on standard output, or readable lines in a terminal.
import { type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import { openDestination, openTerminal } from './log-destination.ts';
import { withoutControls } from './log-text.ts';
import { loggedError } from './logged-error.ts';
import type { RecentErrors } from './recent-errors.ts';

/** Fields that a terminal shows in the line itself, or not at all. */
const inOneLine =
  'pid,hostname,requestId,operation,document,plan,status,duration,bytes,calls,method,path,client,tenant,address,userAgent,' +
  'caller,cache,sample,trace_id,span_id';

export interface LogOptions {
  level: string;
  /** Default: `pretty` in a terminal, `json` elsewhere. */
  format?: 'json' | 'pretty' | undefined;
}

export type { Logger };

/** @param recent gets the lines of level `warn` and above; null where none are remembered. */
export function createLog(options: LogOptions, recent: RecentErrors | null = null): Logger {
  const format = options.format ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const settings: LoggerOptions = {
    level: options.level,
    base: null,
    serializers: { err: (error: unknown) => loggedError(error) },
    ...(recent && { hooks: { logMethod: remembering(recent) } }),
  };
  if (format === 'json') return pino(settings, openDestination());
  return pino(
    settings,
    pretty({
      destination: openTerminal(),
      ignore: inOneLine,
      translateTime: 'HH:MM:ss',
      messageFormat: (line, messageKey) => readable(line, String(line[messageKey] ?? '')),
    }),
  );
}

/**
 * Writes a line as `log.info(fields, message)` does, where the level is enabled: in a third of the time, as its fields are
 * serialized together. For the lines of requests, whose fields are the gateway's own; an error among them has no text.
 * @param fields one at least.
 */
export function writeLine(log: Logger, level: 'info' | 'warn', fields: object, message: string): void {
  if (!log.isLevelEnabled(level)) return;
  const text = JSON.stringify(fields).slice(1, -1);
  const line = `{"level":${log.levels.values[level]},"time":${Date.now()},${text},"msg":"${message}"}\n`;
  appendLine(log, withoutControls(line));
}

/** Writes a line as it is, also where its level is not enabled. @param line JSON, its texts by `quoted`, and a newline. */
export function appendLine(log: Logger, line: string): void {
  (log as unknown as Record<symbol, LineDestination>)[pino.symbols.streamSym]?.write(line, true);
}

interface LineDestination {
  /** @param isSafe whether the line has no characters that a terminal obeys. */
  write(line: string, isSafe?: boolean): void;
}

const WARN = 40;

function remembering(recent: RecentErrors) {
  return function remember(this: Logger, line: Parameters<LogFn>, method: LogFn, level: number): void {
    if (level >= WARN) {
      const [fields, message] = line as unknown[];
      const { err, ...rest } = typeof fields === 'object' ? (fields as Record<string, unknown>) : {};
      const shown = typeof fields === 'string' ? fields : message;
      recent.line({ level, message: shown, ...rest, ...(err !== undefined && { err: loggedError(err) }) });
    }
    method.apply(this, line);
  };
}

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
  if (message !== 'request' && message !== 'slow request') return message;
  const calls = (line.calls as { subgraph: string; duration: number; outcome: string }[] | undefined) ?? [];
  const reported = calls.map(
    ({ subgraph, duration, outcome }) => `${subgraph} ${duration} ms${outcome === 'ok' ? '' : ` ${outcome}`}`,
  );
  const name = line.operation ? ` ${line.operation}` : '';
  if (line.cache !== undefined && line.cache !== 'miss') reported.unshift(`cache ${line.cache}`);
  const details = reported.length > 0 ? ` (${reported.join(', ')})` : '';
  const text = `${line.method} ${line.path}${name} ${line.status}, ${line.duration} ms${details}`;
  return message === 'slow request' ? `slow: ${text}` : text;
}
