// Subscription settings of one subgraph, with their defaults.
import type { ConnectionParams } from './connection-params.ts';
import type { ResumptionOptions } from './resumed-stream.ts';

export interface SubscriptionSettings {
  /** Maximum number open at the same time. */
  max: number;
  /** The regular end of an event stream: a `complete` event, or also the end of the response (`close`). */
  end: 'complete' | 'close';
  /** Milliseconds from sending the request to the start of the stream. */
  startTimeout: number;
  /** Event streams, or WebSockets with graphql-transport-ws. Default: event streams. */
  protocol?: 'sse' | 'websocket';
  /** Path and query, in place of those of the addresses. */
  path?: string | null;
  /** Addresses, in place of those of queries. */
  urls?: readonly string[] | null;
  /** Payload of `connection_init`. Default: none. */
  connectionParams?: ConnectionParams | null;
  /** Subscriptions on one WebSocket, at most. Default: 100. */
  maxPerSocket?: number;
  /** Milliseconds between two pings of a WebSocket. Default: 12,000. */
  ping?: number;
  /** Whether equal subscriptions share an upstream subscription. Default: true. */
  isShared?: boolean;
  /** Events that wait for a reader, at most, and their bytes. Default: 1,000 and 4 MiB. */
  maxQueued?: number;
  maxQueuedBytes?: number;
  /** Null where an interruption is the end. Default: null. */
  resumption?: ResumptionOptions | null;
}

export type CheckedSettings = Required<SubscriptionSettings>;

const defaults = {
  protocol: 'sse',
  path: null,
  urls: null,
  connectionParams: null,
  maxPerSocket: 100,
  ping: 12_000,
  isShared: true,
  maxQueued: 1_000,
  maxQueuedBytes: 4 * 1024 * 1024,
  resumption: null,
} satisfies Partial<SubscriptionSettings>;

export function withDefaults(settings: SubscriptionSettings): CheckedSettings {
  return { ...defaults, ...settings };
}
