// Metrics of all workers of a supervisor, read by any of them. The supervisor has the latest snapshot of each worker: what
// a worker has counted stays in the sums when it ends, so that no counter falls.
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { WorkerChannel } from '../../cluster/worker-channel.ts';
import type { Family } from './family.ts';
import { type FamilySnapshot, SummedFamilies } from './snapshot.ts';

/** The metrics of one worker. */
export interface WorkerSnapshot {
  families: FamilySnapshot[];
  /** Figures of the process, of prom-client. */
  process: ProcessFigures[];
}

export type ProcessFigures = MetricObjectWithValues<MetricValue<string>>;

/** What the supervisor has: the sums of workers that have ended, and the snapshots of all others. */
export interface CollectedMetrics {
  ended: FamilySnapshot[];
  workers: Readonly<Record<string, WorkerSnapshot>>;
}

/** Supervisor to worker: its snapshot. */
export const snapshotTopic = 'metrics.snapshot';
/** Worker to supervisor: the metrics of all. */
export const metricsTopic = 'metrics';
/** Worker to supervisor: its last snapshot. */
export const lastSnapshotTopic = 'metrics.last';

export interface AllMetrics {
  families: Family[];
  /** With a label `worker`. */
  process: ProcessFigures[];
}

export class WorkerMetrics {
  readonly #channel: WorkerChannel;
  readonly #snapshot: () => Promise<WorkerSnapshot>;

  constructor(channel: WorkerChannel, snapshot: () => Promise<WorkerSnapshot>) {
    this.#channel = channel;
    this.#snapshot = snapshot;
    channel.on(snapshotTopic, snapshot);
  }

  /** Of all workers. @throws ChannelError where the supervisor cannot be reached. */
  async read(): Promise<AllMetrics> {
    const { ended, workers } = (await this.#channel.request(metricsTopic, null)) as CollectedMetrics;
    const sum = new SummedFamilies();
    // First those that are there now: where the bound of a family is reached, they have series of their own.
    for (const { families } of Object.values(workers)) sum.add(families);
    sum.add(ended);
    return { families: sum.families, process: labelled(workers) };
  }

  /** Sends the last figures, before the worker ends. */
  async end(): Promise<void> {
    // Without a supervisor there is nothing that would read them.
    await this.#channel.request(lastSnapshotTopic, await this.#snapshot()).catch(() => null);
  }
}

/** One metric of all workers, with each worker's values. */
function labelled(workers: CollectedMetrics['workers']): ProcessFigures[] {
  const byName = new Map<string, ProcessFigures>();
  for (const [worker, { process }] of Object.entries(workers)) {
    for (const metric of process) {
      const values = metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } }));
      const known = byName.get(metric.name);
      if (known) known.values.push(...values);
      else byName.set(metric.name, { ...metric, values });
    }
  }
  return [...byName.values()];
}
