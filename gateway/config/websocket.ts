// The section `websocket`: GraphQL over WebSockets, and what bounds it. `config.ts` mounts it; `server/websocket.ts` acts on it.
import { z } from 'zod';
import { count, duration } from './values.ts';

export const websocketSection = z.strictObject({
  /** Whether WebSockets are taken where requests are; on unless there are `plugins`, which see nothing of them. */
  enabled: z.boolean('give true or false').optional(),
  /** Open at the same time, in all. */
  connections: count('connections').default(10_000),
  /** Of them, from one address (an IPv6 address with its network). Not bounded unless given. */
  perAddress: count('connections').optional(),
  /** Running at the same time on one connection; a subscription runs until it ends. */
  operations: count('operations').default(100),
  /** Largest message of a client, in bytes; `maxBodyBytes` unless given. */
  maxMessageBytes: count('bytes').optional(),
  /** How long a client may take to say who it is, once it is connected. */
  initTimeout: duration.default('10s'),
  /** How often a connection is asked whether its client is still there. One that does not answer until the next time is ended. */
  ping: duration.default('12s'),
  /** Bytes that wait for a slow client, beyond which its messages are not read. */
  maxBuffered: count('bytes').default(1_048_576),
  /** How long a client may take no byte of what waits for it; it is disconnected then. */
  stallTimeout: duration.default('20s'),
});

/** A checked `websocket`: every default filled in. */
export type WebSocketConfig = z.output<typeof websocketSection>;

/** Plugins may guard what passes them: there is no way past them that nobody has asked for. */
export function takesWebSockets({ enabled }: Pick<WebSocketConfig, 'enabled'>, plugins: readonly unknown[]): boolean {
  return enabled ?? plugins.length === 0;
}
