// Stream opener: opens one upstream subscription at one address of a subgraph, over the protocol that the subgraph has
// for subscriptions.
import type { FetchRecord } from '../../telemetry/trace/trace.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import type { Upstream } from '../upstream.ts';
import type { UpstreamEvents } from './event-queue.ts';

export interface StreamRequest {
  /** JSON text of the request. */
  body: string;
  scope: SubgraphScope;
  /** From 1. */
  attempt: number;
  /** Id of the last event of a subscription that is resumed, where the service gave ids; else null. */
  lastEventId: string | null;
  /** Called at most once, as soon as the service streams events. */
  onStart(): void;
  /** Called once, at the end of the stream; null for a regular end. */
  onEnd(error: Error | null): void;
}

/** A stream that was opened, or is being opened. */
export interface UpstreamStream extends UpstreamEvents {
  /** Ends it with an error, when the gateway stops. */
  close(): void;
}

export interface OpenedStream {
  stream: UpstreamStream;
  /** Null where nothing is traced. */
  fetch: FetchRecord | null;
}

export interface StreamOpener {
  open(upstream: Upstream, request: StreamRequest): OpenedStream;
}

/** Settings of the streams of one subgraph. */
export interface StreamSettings {
  subgraph: string;
  /** Milliseconds from sending the request to the start of the stream. */
  startTimeout: number;
  /** Maximum size of an event, in bytes. */
  maxBytes: number;
  /** Events that wait to be read, at most; and their bytes. */
  maxQueued: number;
  maxQueuedBytes: number;
}
