// Configuration of the subscriptions to a subgraph.
import { z } from 'zod';
import { count, duration } from './values.ts';

export const subgraphSubscriptions = z.strictObject({
  /**
   * Maximum number of open subscriptions, each on a connection of its own. Default: 10,000.
   * @example 1000
   */
  max: count('subscriptions').optional(),
  /**
   * The regular end of an event stream. `complete`: the event of that name; a stream that ends without it has
   * failed. `close`: also the end of the response, for services that send no such event. Default: `complete`.
   * @example 'close'
   */
  end: z.enum(['complete', 'close'], { error: 'give "complete" or "close"' }).optional(),
  /**
   * How long the response head of an event stream may take. In milliseconds, or as text such as "30s". Default:
   * the time-out of requests.
   * @example '5s'
   */
  startTimeout: duration.optional(),
});
