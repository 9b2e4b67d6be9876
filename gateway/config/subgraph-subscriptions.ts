// Configuration of the subscriptions to a subgraph.
import { z } from 'zod';
import { headerName } from './headers.ts';
import { count, duration, isHttpUrl, nonEmpty, size } from './values.ts';

const placeMessage =
  'give a path such as "/subscriptions", an address such as "wss://stock.example/graphql", or a list of these';

const isPath = (text: string) => /^\/[^\s\p{Cc}#]*$/u.test(text);
const isAddress = (text: string) => isHttpUrl(text.replace(/^ws(?=s?:)/i, 'http'));

const addressText = z.string(placeMessage).refine(isAddress, { error: placeMessage });
const place = z.union([z.string(placeMessage).refine(isPath, { error: placeMessage }), addressText], placeMessage);

const paramMessage = 'give texts, numbers, true or false, { header: "authorization" }, or an object of these';

const headerParam = z.strictObject({
  /**
   * Header field that the service gets, whose value is given. Required.
   * @example 'authorization'
   */
  header: headerName,
});

const param = z.union([z.string(), z.number(), z.boolean(), headerParam], paramMessage);
const paramName = nonEmpty('give a name');
const params = z.record(
  paramName,
  z.union([param, z.record(paramName, param, paramMessage)], paramMessage),
  paramMessage,
);

export const subgraphSubscriptions = z.strictObject({
  /**
   * `sse`: event streams, requested by POST. `websocket`: WebSockets with the sub-protocol `graphql-transport-ws`.
   * Default: `sse`.
   * @example 'websocket'
   */
  protocol: z.enum(['sse', 'websocket'], { error: 'give "sse" or "websocket"' }).optional(),
  /**
   * Where subscriptions go: a path (and query) at the addresses of the service, or other addresses. Default: as
   * queries.
   * @example '/subscriptions'
   */
  url: z.union([place, z.array(addressText).min(1, placeMessage)], placeMessage).optional(),
  /**
   * Payload of `connection_init` for `websocket`. `{ header }` stands for the value of a header field that the service
   * gets; without it, the value is left out. Default: none.
   * @example { authorization: { header: 'authorization' }, key: env('STOCK_KEY') }
   */
  connectionParams: params.optional(),
  /**
   * Maximum number of open subscriptions to the service. Default: 10,000.
   * @example 1000
   */
  max: count('subscriptions').optional(),
  /**
   * Maximum number of subscriptions on one WebSocket. Only those of one caller share one. Default: 100.
   * @example 20
   */
  maxPerSocket: count('subscriptions').optional(),
  /**
   * Interval of pings of a WebSocket; one that does not respond before the next ping is closed. In milliseconds, or as
   * text such as "30s". Default: "12s".
   * @example '30s'
   */
  ping: duration.optional(),
  /**
   * The regular end of an event stream. `complete`: the event of that name; a stream that ends without it has
   * failed. `close`: also the end of the response, for services that send no such event. Default: `complete`.
   * @example 'close'
   */
  end: z.enum(['complete', 'close'], { error: 'give "complete" or "close"' }).optional(),
  /**
   * How long the response head of an event stream, or the acknowledgement of a WebSocket, may take. In milliseconds,
   * or as text such as "30s". Default: the time-out of requests.
   * @example '5s'
   */
  startTimeout: duration.optional(),
  /**
   * Whether equal subscriptions, with the same forwarded header fields, share one to the service. Default: true.
   * @example false
   */
  share: z.boolean('give true or false').optional(),
  /**
   * Events that wait for a client that reads slowly, while others read faster; a client beyond it gets
   * `TOO_MANY_EVENTS`. Default: those below.
   * @example { max: 100 }
   */
  queue: z
    .strictObject(
      {
        /**
         * Maximum number of events. Default: 1,000.
         * @example 100
         */
        max: count('events').optional(),
        /**
         * Maximum size of the events together. In bytes, or as text such as "1mb". Default: 4 MiB.
         * @example '1mb'
         */
        maxBytes: size.optional(),
      },
      'give an object such as { max: 100 }',
    )
    .optional(),
  /**
   * A subscription that is interrupted is opened again, with a back-off; `false` to let its clients do so. Default:
   * those below.
   * @example { maxTime: '1m' }
   */
  resume: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          /**
           * Maximum time from the interruption to the last attempt. In milliseconds, or as text. Default: "10s".
           * @example '1m'
           */
          maxTime: duration.optional(),
          /**
           * Maximum number of attempts without an event between them. Default: 20.
           * @example 5
           */
          maxAttempts: count('attempts').optional(),
        }),
      ],
      'give false, or an object such as { maxTime: "1m" }',
    )
    .optional(),
});

export type SubscriptionsConfig = z.output<typeof subgraphSubscriptions>;

/** The path, or the addresses with `http`, of `url`. */
export function subscriptionPlace(url: SubscriptionsConfig['url']): { path: string | null; urls: string[] | null } {
  if (url === undefined) return { path: null, urls: null };
  if (typeof url === 'string' && isPath(url)) return { path: url, urls: null };
  return { path: null, urls: [url].flat().map((each) => each.replace(/^ws(?=s?:)/i, 'http')) };
}
