// Multipart events: the results of a subscription in Apollo's protocol over `multipart/mixed` (`subscriptionSpec=1.0`).
// Each part has a result as its payload; what interrupts the subscription is an error beside an empty payload, after
// which clients do not take the end of the body for that of the subscription.
import { operationError } from '../errors.ts';
import { disconnection, isInterruption } from '../execute/subscription.ts';
import { multipart } from '../pipeline/accept.ts';
import type { Result } from '../pipeline/stages.ts';
import { multipartStream } from './multipart-stream.ts';
import { streamHeaders } from './result-response.ts';
import { textOf, visibleError } from './websocket-operation.ts';

/** Clients ignore an empty object. */
const format = { boundary: 'graphql', heartbeat: '{}' };

const headers = {
  'content-type': `${multipart};boundary="${format.boundary}";subscriptionSpec="1.0"`,
  ...streamHeaders,
};

export function multipartEventsResponse(results: AsyncIterable<Result>): Response {
  const iterator = results[Symbol.asyncIterator]();
  let isOver = false;
  const parts = {
    next: async () => {
      const { done, value } = isOver ? { done: true, value: undefined } : await iterator.next();
      if (done || value === undefined) return { done: true, value: undefined } as const;
      isOver = isInterruption(value);
      return { done: false, value: isOver ? interruptionText(value) : `{"payload":${textOf(value)}}` } as const;
    },
    return: async () => {
      await iterator.return?.();
      return { done: true, value: undefined } as const;
    },
  };
  return new Response(multipartStream(parts, format), { headers });
}

function interruptionText(result: Result): string {
  const message = 'The gateway is shutting down. Subscribe again.';
  const errors = result === disconnection ? [operationError('SHUTTING_DOWN', { message })] : (result.errors ?? []);
  return JSON.stringify({ payload: null, errors: errors.map(visibleError) });
}
