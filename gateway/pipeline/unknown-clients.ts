// Unknown clients: counts requests that name a client which does not exist, and are served the whole graph. A misspelt
// name goes unnoticed otherwise. The names are the requests': they are bounded in number and length.
import type { Logger } from '../telemetry/log.ts';

const MAX_NAMES = 100;
const other = '(other)';
/** Between two lines with counts. A new name has a line of its own at once. */
const PAUSE_MS = 3_600_000;

export class UnknownClients {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #reported: number;

  /** @param now milliseconds. */
  constructor(log: Pick<Logger, 'warn'>, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
    this.#reported = now();
  }

  /** @param suggestion what the client may have meant, as `didYouMean` writes it. */
  note(name: string, suggestion: () => string): void {
    const counted = this.#counts.has(name) || this.#counts.size < MAX_NAMES ? name : other;
    const count = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    if (count === 1) {
      const message = `requests name a client that does not exist, and are served the whole graph${suggestion()}`;
      this.#log.warn({ client: counted }, message);
    }
    if (this.#now() - this.#reported < PAUSE_MS) return;
    this.#reported = this.#now();
    this.#log.warn({ requests: Object.fromEntries(this.#counts) }, 'requests name clients that do not exist');
  }
}
