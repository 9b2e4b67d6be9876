// Event stream response: the results of a subscription as server-sent events ("distinct connections mode" of GraphQL
// over server-sent events). Yoga ends every stream with `complete`; here an interrupted subscription ends without it,
// since clients resubscribe only then.
import { disconnection, isInterruption } from '../execute/subscription.ts';
import { eventStream } from '../pipeline/accept.ts';
import type { Result } from '../pipeline/stages.ts';
import { pulledStream } from './pulled-stream.ts';
import { streamHeaders } from './result-response.ts';
import { textOf } from './websocket-operation.ts';

/** A comment, which clients ignore. */
const heartbeat = ':\n\n';

const headers = { 'content-type': eventStream, ...streamHeaders };

export function eventStreamResponse(results: AsyncIterable<Result>): Response {
  const iterator = results[Symbol.asyncIterator]();
  const body = pulledStream({
    opening: heartbeat,
    heartbeat,
    next: async () => {
      const { done, value } = await iterator.next();
      if (done) return { text: 'event: complete\ndata:\n\n', isLast: true };
      const text = value === disconnection ? '' : `event: next\ndata: ${textOf(value)}\n\n`;
      return { text, isLast: isInterruption(value) };
    },
    cancel: () => iterator.return?.(),
  });
  return new Response(body, { headers });
}
