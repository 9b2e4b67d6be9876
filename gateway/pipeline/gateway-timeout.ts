// Result of an operation that had no time left, by its deadline or because the gateway stops: what is known of it is
// returned; where that is nothing, an error. Code of the configuration that goes on is not waited for.
import type { GraphQLError } from 'graphql';
import type { CheckedConfig } from '../config/config.ts';
import { ErrorCode, requestError } from '../errors.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import { Rejection } from '../policy/rejection.ts';
import { MIN_TIME } from '../transport/deadline.ts';
import type { RequestContext } from './request-context.ts';
import type { Outcome } from './stages.ts';

/** The rejection of an operation whose time has passed without any data; null for every other outcome. */
export function gatewayTimeout(outcome: Outcome, { deadline, cancellation }: RequestContext): Rejection | null {
  if (!('errors' in outcome) || !outcome.errors || outcome instanceof Rejection) return null;
  // Timers are up to a millisecond early, and nothing is sent shortly before.
  const isOver = cancellation.isExpired || performance.now() + MIN_TIME >= deadline;
  if (!isOver || !outcome.errors.every(isTimeout)) return null;
  const { data, extensions } = outcome;
  // A fallback is known, also where it is null.
  if (extensions?.degraded) return null;
  if (data && Object.values(data).some((value) => value !== null)) return null;
  const error = cancellation.isExpired ? cancellation.error : requestError('GATEWAY_TIMEOUT');
  return new Rejection([error], { part: 'request' });
}

function isTimeout({ extensions }: Pick<GraphQLError, 'extensions'>): boolean {
  return extensions?.code === ErrorCode.SUBGRAPH_TIMEOUT;
}

/** Milliseconds after the deadline in which what has failed at it becomes a response. */
const GRACE = 25;

/** Whether a part of an operation may run for any time: functions of the configuration. */
export function runsOwnCode(
  { hooks, fields, authorization, overrides }: CheckedConfig,
  client: { fields?: unknown } | undefined,
): boolean {
  if (fields || client?.fields || overrides.labels || Object.keys(authorization.policies).length > 0) return true;
  return Object.values(hooks).some((hook) => typeof hook === 'function');
}

/**
 * The outcome, or an error where there is none shortly after the deadline.
 * @param isNeeded false where nothing in it can go on after the deadline.
 */
export function withinDeadline<Value>(
  outcome: MaybePromise<Value | Rejection>,
  { deadline }: RequestContext,
  isNeeded: boolean,
): MaybePromise<Value | Rejection> {
  if (!isNeeded || !(outcome instanceof Promise) || deadline === Number.POSITIVE_INFINITY) return outcome;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const give = () => {
      isOver = true;
      resolve(new Rejection([requestError('GATEWAY_TIMEOUT')], { part: 'request' }));
    };
    // After a blocked event loop, it may be there already: it is seen before an immediate.
    const timer = setTimeout(() => setImmediate(give), Math.max(0, deadline - performance.now()) + GRACE);
    const settle = (value: Value | Rejection) => {
      clearTimeout(timer);
      if (isOver) endEvents(value);
      else resolve(value);
    };
    outcome.then(settle, (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** Ends a subscription that has begun too late. */
function endEvents(outcome: unknown): void {
  const events = outcome as Partial<AsyncIterableIterator<unknown>> | null;
  // Nothing reads from it, whatever its end.
  if (typeof events?.return === 'function') events.return().catch(() => undefined);
}
