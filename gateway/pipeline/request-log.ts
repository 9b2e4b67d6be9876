// Request log: one line for each request and operation, for operators and auditors, and the same requests for the console.
// Fields about a person are left out by one option; lines of ordinary requests may be sampled, never those of errors, of
// slow ones and of what a rule in measure mode would have rejected.
import type { LogConfig } from '../config/log.ts';
import { milliseconds } from '../config/values.ts';
import { statusOf } from '../errors.ts';
import { appendLine, type Logger, writeLine } from '../telemetry/log.ts';
import type { RecentErrors } from '../telemetry/recent-errors.ts';
import type { RecentRequests, RequestEnd } from './recent-requests.ts';
import type { RequestContext } from './request-context.ts';
import { RequestFields } from './request-fields.ts';

/** What else gets requests. */
export interface RequestLogReaders {
  /** Gets those that have failed; null where none are remembered. */
  recentErrors?: RecentErrors | null;
  /** For the console; null where there is none. */
  recent?: RecentRequests | null;
}

export class RequestLog {
  readonly #log: Logger;
  readonly #fields: RequestFields;
  /** Milliseconds. */
  readonly #slow: number;
  readonly #sample: number;
  readonly #recentErrors: RecentErrors | null;
  readonly #recent: RecentRequests | null;

  constructor(log: Logger, config: LogConfig, { recentErrors = null, recent = null }: RequestLogReaders = {}) {
    this.#log = log;
    this.#recentErrors = recentErrors;
    this.#recent = recent;
    this.#fields = new RequestFields(config);
    this.#slow = config.slow === undefined ? Number.POSITIVE_INFINITY : milliseconds(config.slow);
    this.#sample = config.sample;
  }

  /** To be called at the start of each request that `write` is called for. */
  begin(context: RequestContext): void {
    this.#recent?.begin(context);
  }

  /** @param more fields of the transport. */
  write(context: RequestContext, end: RequestEnd, more?: Readonly<Record<string, unknown>>): void {
    const duration = performance.now() - context.started;
    const isSlow = duration > this.#slow;
    this.#recent?.add(context, end, duration);
    if (this.#recentErrors && hasFailed(end.status, context.errorCodes)) {
      this.#recentErrors.request(this.fields(context, end, duration));
    }
    if (!this.#log.isLevelEnabled(isSlow ? 'warn' : 'info')) return;
    const isOrdinary =
      !isSlow &&
      end.status < 400 &&
      !context.errorCodes &&
      !context.measuredRejections &&
      !context.degraded &&
      !context.faults;
    if (isOrdinary && this.#sample < 1 && Math.random() >= this.#sample) return;
    if (isOrdinary && !more && !context.isBatch) {
      const level = this.#log.levels.values.info ?? 0;
      appendLine(this.#log, this.#fields.line(context, end, duration, level, Date.now()));
      return;
    }
    const fields = { ...this.fields(context, end, duration), ...more };
    writeLine(this.#log, isSlow ? 'warn' : 'info', fields, isSlow ? 'slow request' : 'request');
  }

  /** Fields of a request's line. Times in milliseconds. */
  fields(
    context: RequestContext,
    end: RequestEnd,
    duration = performance.now() - context.started,
  ): Record<string, unknown> {
    return this.#fields.of(context, end, duration);
  }
}

/** Whether a request has failed for a reason that is not the client's. */
function hasFailed(status: number, codes: readonly string[] | undefined): boolean {
  return status >= 500 || (codes?.some((code) => (statusOf(code) ?? 500) >= 500) ?? false);
}
