// Messages between the supervisor and a worker, over the channel of node:cluster. Types alone: the supervisor loads as
// little as possible.
import type { RemoteSupergraph } from '../config/remote-supergraph.ts';
import type { Reloaded } from '../server/admin/reload.ts';

/** What the supervisor has to know of the configuration that a worker has loaded. */
export interface WorkerSetup {
  /** Number of workers. */
  workers: number;
  /** Of everything that was read for the start: equal for two starts that serve the same. */
  digest: string;
  /** Time at which the worker began to read files, in milliseconds of the epoch. */
  started: number;
  /** Absolute paths of the files and folders that it has read; null where their changes have no effect. */
  watched: readonly string[] | null;
  /** Absolute path of the folder with one folder for each client, which need not exist. */
  clients: string;
  /** Where the supergraph is fetched from, with the digest of its SDL; null where it is not. */
  supergraph: { source: RemoteSupergraph; digest: string } | null;
  version: string;
  log: { level: string; format: 'json' | 'pretty' };
  /** Port of the health checks; null for none. */
  health: { host: string; port: number } | null;
  /** Milliseconds until a worker that was stopped has ended. */
  stopTime: number;
}

/**
 * How a worker ends: with the time that balancers need, in order without it, while another worker has its place, or at
 * once.
 */
export type StopKind = 'stop' | 'interrupt' | 'replace' | 'end';

export type FromWorker =
  /** Composed and checked; it waits for `serve`. */
  | { kind: 'composed'; setup: WorkerSetup }
  /** It accepts connections. */
  | { kind: 'serving'; url: string; graph: string }
  /** Sent several times a second: the event loop runs. */
  | { kind: 'beat'; isReady: boolean }
  /** It stops by itself: after a signal of its own, or an uncaught failure. */
  | { kind: 'stopping' }
  /** It cannot be started, and ends. */
  | { kind: 'failed'; message: string }
  /** In reply to `documents`: those that it has executed most. */
  | { kind: 'documents'; documents: readonly BusyDocument[] };

/** A document that clients send often. */
export interface BusyDocument {
  /** Client of the view, by the name of its folder; null for the whole graph. */
  client: string | null;
  text: string;
}

export type ToWorker =
  /** @see FromWorker `composed` */
  | { kind: 'serve'; generation: number; documents: readonly BusyDocument[] }
  | { kind: 'documents' }
  /** For the metrics, to one worker: whether a reload has led to a new generation. */
  | { kind: 'reloaded'; isUsed: boolean }
  | { kind: StopKind };

/** Reason of a reload, as the log has it. */
export type ReloadReason = 'files' | 'signal' | 'request' | 'supergraph';

/** `unchanged`: what is served is the same, and so are the workers. */
export type ReloadResult = Reloaded;

/** Topic of the channel by which a worker requests a reload. */
export const reloadTopic = 'reload';
