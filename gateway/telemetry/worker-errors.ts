// Recent errors of all workers, the latest first.
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import { type LatestErrors, MAX_ENTRIES, type RecentErrors } from './recent-errors.ts';

const topic = 'errors.recent';

/** @returns reads them; of this worker alone where another one does not reply. */
export function errorsOfWorkers(recent: RecentErrors, channel: WorkerChannel): () => Promise<LatestErrors> {
  channel.on(topic, () => recent.latest);
  return async () => {
    const others = (await channel.broadcast(topic, null).catch(() => [])) as (LatestErrors | null)[];
    const all = [recent.latest, ...others.filter((one) => one !== null)];
    return {
      requests: latest(all.flatMap(({ requests }) => requests)),
      log: latest(all.flatMap(({ log }) => log)),
    };
  };
}

function latest(entries: LatestErrors['log']): LatestErrors['log'] {
  return entries.toSorted((one, other) => other.time.localeCompare(one.time)).slice(0, MAX_ENTRIES);
}
