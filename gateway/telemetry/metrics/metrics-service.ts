// Metrics service of the supervisor: collects the snapshots of workers, unread, and sums up those of workers that have
// ended. What a worker has counted after its latest snapshot is lost where it is killed.
import { JsonText } from '../../cluster/message.ts';
import type { Relay } from '../../cluster/relay.ts';
import { SummedFamilies, snapshotOf } from './snapshot.ts';
import { lastSnapshotTopic, metricsTopic, snapshotTopic, type WorkerSnapshot } from './worker-metrics.ts';

/** Milliseconds for which a scrape waits for a worker; its latest snapshot counts then. */
const TIMEOUT_MS = 2_000;

export function serveMetrics(relay: Relay): void {
  /** JSON text of the latest snapshot, by worker. */
  const latest = new Map<number, string>();
  const ended = new SummedFamilies();
  relay.on(metricsTopic, async () => {
    const { replies } = await relay.gather(snapshotTopic, null, { timeout: TIMEOUT_MS });
    for (const [worker, text] of replies) if (relay.has(worker) && text !== 'null') latest.set(worker, text);
    const workers = [...latest].map(([worker, text]) => `"${worker}":${text}`).join(',');
    return new JsonText(`{"ended":${JSON.stringify(snapshotOf(ended.families))},"workers":{${workers}}}`);
  });
  relay.on(lastSnapshotTopic, (snapshot, worker) => void latest.set(worker, JSON.stringify(snapshot)));
  relay.onGone((worker) => {
    const text = latest.get(worker);
    latest.delete(worker);
    if (text !== undefined) ended.add((JSON.parse(text) as WorkerSnapshot).families, 'growing');
  });
}
