// Log of the supervisor: the lines of the gateway's log, written without the libraries that the gateway's own needs.
import { write } from 'node:fs';

const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Number.POSITIVE_INFINITY };

type Level = keyof typeof levels;

/** Lines that wait for a reader of standard output that does not read, at most; further lines are dropped. */
const MAX_WAITING = 1_000;
/** Milliseconds until the next try where the reader has no room, and those that the end of the process waits for it. */
const RETRY_AFTER = 50;
const FLUSH_TIMEOUT = 1_000;

export interface LogSettings {
  level: string;
  format: 'json' | 'pretty';
}

export class SupervisorLog {
  #level = levels.info;
  #isPretty = process.stdout.isTTY === true;
  readonly #lines: string[] = [];
  #flushed: PromiseWithResolvers<void> | null = null;

  /** Once the configuration is known. */
  configure({ level, format }: LogSettings): void {
    this.#level = levels[level as Level] ?? levels.info;
    this.#isPretty = format === 'pretty';
  }

  info(fields: object, message: string): void {
    this.#add('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#add('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#add('error', fields, message);
  }

  /** Resolves once all lines are written, or cannot be. */
  async flush(): Promise<void> {
    if (!this.#flushed) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_TIMEOUT);
    });
    await Promise.race([this.#flushed.promise, timeout]);
    clearTimeout(timer);
  }

  #add(level: Level, fields: object, message: string): void {
    if (levels[level] < this.#level || this.#lines.length >= MAX_WAITING) return;
    this.#lines.push(this.#isPretty ? readable(level, fields, message) : json(level, fields, message));
    if (this.#flushed) return;
    this.#flushed = Promise.withResolvers();
    this.#writeNext(Buffer.from(this.#lines[0] as string));
  }

  /** One write at a time, in a thread: a reader that does not read stops no workers. */
  #writeNext(bytes: Buffer): void {
    write(1, bytes, (error, written) => {
      if (error && error.code !== 'EAGAIN') this.#lines.length = 0;
      else if (error) setTimeout(() => this.#writeNext(bytes), RETRY_AFTER).unref();
      else if (written < bytes.length) this.#writeNext(bytes.subarray(written));
      else this.#lines.shift();
      if ((error && error.code === 'EAGAIN') || written < bytes.length) return;
      const [next] = this.#lines;
      if (next !== undefined) {
        this.#writeNext(Buffer.from(next));
        return;
      }
      this.#flushed?.resolve();
      this.#flushed = null;
    });
  }
}

function json(level: Level, fields: object, message: string): string {
  return `${JSON.stringify({ level: levels[level], time: Date.now(), ...fields, msg: message })}\n`;
}

function readable(level: Level, fields: object, message: string): string {
  const time = new Date().toTimeString().slice(0, 8);
  const lines = Object.entries(fields).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`);
  return `[${time}] ${level.toUpperCase()}: ${message}\n${lines.join('')}`;
}
