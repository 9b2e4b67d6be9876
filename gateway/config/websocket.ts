// Configuration sections `websocket` (GraphQL over WebSockets and its limits) and `connections` (limits for WebSockets
// and event streams together). Applied by `server/websocket.ts` and `server/long-lived.ts`.
import { z } from 'zod';
import { type ForwardingConfig, identityHeaders, isForwarded } from './forwarding.ts';
import { headerName, neverForwardedReason } from './headers.ts';
import { count, duration, size } from './values.ts';

export const websocketSection = z.strictObject({
  /**
   * Whether WebSockets are accepted. Default: true, unless there are `plugins`, which do not see WebSockets.
   * @example false
   */
  enabled: z.boolean('give true or false').optional(),
  /**
   * Values of the client's `connectionParams` (the payload of `connection_init`) that count as headers of the upgrade
   * request, which browsers cannot set: for `forward.headers` and for hooks. A header that the upgrade request has is
   * not replaced, except `accept-language`, which browsers send on their own. Default: none.
   * @example ['accept-language']
   */
  connectionParams: z.array(headerName, 'give a list of header names').max(100, 'give at most 100 headers').default([]),
  /**
   * Maximum number of open WebSockets in all. Default: 10,000.
   * @example 2000
   */
  connections: count('connections').default(10_000),
  /**
   * Maximum number from one address (an IPv6 address with its network). Default: none.
   * @example 100
   */
  perAddress: count('connections').optional(),
  /**
   * Maximum number of operations running on one connection; a subscription runs until it ends. Default: 100.
   * @example 20
   */
  operations: count('operations').default(100),
  /**
   * Maximum size of a client's message. In bytes, or as text such as "1mb". Default: `maxBodyBytes`.
   * @example '256kb'
   */
  maxMessageBytes: size.optional(),
  /**
   * Time-out for the client's `connection_init` message. In milliseconds, or as text such as "30s". Default: 10 s.
   * @example '3s'
   */
  initTimeout: duration.default('10s'),
  /**
   * Interval of pings. A connection that does not respond before the next ping is closed. In milliseconds, or as text
   * such as "30s". Default: 12 s.
   * @example '30s'
   */
  ping: duration.default('12s'),
  /**
   * Buffered bytes for a slow client, above which its messages are no longer read. In bytes, or as text such as "1mb".
   * Default: 1 MiB.
   * @example '256kb'
   */
  maxBuffered: size.default(1_048_576),
  /**
   * Maximum time in which a slow client reads none of its buffered bytes; then it is disconnected. In milliseconds, or
   * as text such as "30s". Default: 20 s.
   * @example '1m'
   */
  stallTimeout: duration.default('20s'),
});

/** A checked `websocket`: every default filled in. */
export type WebSocketConfig = z.output<typeof websocketSection>;

/** Problems of `connectionParams`; called with the whole configuration. */
export function connectionParamsProblems(
  config: ForwardingConfig & { websocket: WebSocketConfig },
  hasHooks: boolean,
): { path: (string | number)[]; message: string }[] {
  const identity = identityHeaders(config);
  const sections = [config.forward, ...Object.values(config.subgraphs).map((subgraph) => subgraph.forward)];
  const forwarded = new Set(sections.flatMap((section) => section?.headers ?? []));
  return config.websocket.connectionParams.flatMap((header, index) => {
    const problem = (message: string) => [{ path: ['websocket', 'connectionParams', index], message }];
    const reason = neverForwardedReason(header);
    if (header === 'authorization' || header === config.authentication.apiKeys?.header) {
      return problem('credentials of connection_init are read without being listed: remove this');
    }
    if (reason !== undefined) return problem(`it cannot come from clients: ${reason}`);
    if (identity.has(header)) return problem('it carries the identity or the address of the caller');
    if (forwarded.has(header) || hasHooks) return [];
    return problem('it is used nowhere: add it to forward.headers, of all services or of one');
  });
}

/**
 * Names of the header fields that `connection_init` may give: those that are listed, and the token, where it is
 * forwarded.
 */
export function headersOfConnection(config: ForwardingConfig & { websocket: WebSocketConfig }): readonly string[] {
  const listed = config.websocket.connectionParams;
  return isForwarded('authorization', config) ? [...listed, 'authorization'] : listed;
}

/**
 * Plugins may hold access checks, and do not see WebSockets: with plugins, WebSockets are on only if configured
 * explicitly.
 */
export function acceptsWebSockets({ enabled }: Pick<WebSocketConfig, 'enabled'>, plugins: readonly unknown[]): boolean {
  return enabled ?? plugins.length === 0;
}

const bound = z.union([count('connections'), z.literal(false)], 'give connections as a whole number above 0, or false');

export const connectionsSection = z.strictObject({
  /**
   * Maximum number of open connections in all. Default: 20,000.
   * @example 50_000
   */
  max: count('connections').default(20_000),
  /**
   * Maximum number from one address (an IPv6 address with its network). Default: 500.
   * @example 1000
   */
  perAddress: bound.default(500),
  /**
   * Maximum number of one authenticated caller, from all addresses. Default: 500.
   * @example false
   */
  perCaller: bound.default(500),
});

/** A checked `connections`: every default filled in. */
export type ConnectionsConfig = z.output<typeof connectionsSection>;
