// Event stream response: the results of a subscription as server-sent events ("distinct connections mode" of GraphQL
// over server-sent events). Yoga ends every stream with `complete`; here an interrupted subscription ends without it,
// since clients resubscribe only then.
import { disconnection, isInterruption } from '../execute/subscription.ts';
import { eventStream } from '../pipeline/accept.ts';
import type { Result } from '../pipeline/stages.ts';
import { streamHeaders } from './result-response.ts';
import { textOf } from './websocket-operation.ts';

/** Milliseconds between two comments, which show proxies that the connection is alive. */
const PING_INTERVAL_MS = 12_000;

const headers = { 'content-type': eventStream, ...streamHeaders };

/** Events are pulled one at a time: backpressure of a slow client reaches the source. */
export function eventStreamResponse(results: AsyncIterable<Result>): Response {
  const iterator = results[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Some browsers expose nothing of a response, not even its head, before the first bytes of its body.
      controller.enqueue(encoder.encode(':\n\n'));
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
      }, PING_INTERVAL_MS);
    },
    async pull(controller) {
      const { done, value } = await iterator.next().catch((error: unknown) => {
        clearInterval(timer);
        throw error;
      });
      if (!done && value !== disconnection)
        controller.enqueue(encoder.encode(`event: next\ndata: ${textOf(value)}\n\n`));
      if (done) controller.enqueue(encoder.encode('event: complete\ndata:\n\n'));
      if (!done && !isInterruption(value)) return;
      clearInterval(timer);
      controller.close();
    },
    async cancel() {
      clearInterval(timer);
      await iterator.return?.();
    },
  });
  return new Response(body, { headers });
}
