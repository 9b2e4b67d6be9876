// Result of an operation that had no time left, by its deadline or because the gateway stops: what is known of it is
// returned; where that is nothing, an error.
import type { GraphQLError } from 'graphql';
import { ErrorCode, requestError } from '../errors.ts';
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
