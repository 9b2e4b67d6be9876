// Configuration section `websocket`: GraphQL over WebSockets and its limits. Mounted by `config.ts`, applied by
// `server/websocket.ts`.
import { z } from 'zod';
import { count, duration } from './values.ts';

export const websocketSection = z.strictObject({
  /** Whether WebSockets are accepted. Default: true, unless there are `plugins`, which do not see WebSockets. */
  enabled: z.boolean('give true or false').optional(),
  /** Maximum number of open WebSockets in all. Default: 10,000. */
  connections: count('connections').default(10_000),
  /** Maximum number from one address (an IPv6 address with its network). Default: none. */
  perAddress: count('connections').optional(),
  /** Maximum number of operations running on one connection; a subscription runs until it ends. Default: 100. */
  operations: count('operations').default(100),
  /** Maximum size of a client's message, in bytes. Default: `maxBodyBytes`. */
  maxMessageBytes: count('bytes').optional(),
  /** Time-out for the client's `connection_init` message. Default: 10 s. */
  initTimeout: duration.default('10s'),
  /** Interval of pings. A connection that does not respond before the next ping is closed. Default: 12 s. */
  ping: duration.default('12s'),
  /** Buffered bytes for a slow client, above which its messages are no longer read. Default: 1 MiB. */
  maxBuffered: count('bytes').default(1_048_576),
  /** Maximum time in which a slow client reads none of its buffered bytes; then it is disconnected. Default: 20 s. */
  stallTimeout: duration.default('20s'),
});

/** A checked `websocket`: every default filled in. */
export type WebSocketConfig = z.output<typeof websocketSection>;

/**
 * Plugins may hold access checks, and do not see WebSockets: with plugins, WebSockets are on only if configured
 * explicitly.
 */
export function acceptsWebSockets({ enabled }: Pick<WebSocketConfig, 'enabled'>, plugins: readonly unknown[]): boolean {
  return enabled ?? plugins.length === 0;
}
