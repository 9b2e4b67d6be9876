// Usage counting of a gateway: its store, and the deprecated elements that are still in use at start.
import type { Graph } from './compose/graph.ts';
import type { RedisConnection } from './redis/connection.ts';
import type { Logger } from './telemetry/log.ts';
import { createRedisUsageStore } from './telemetry/usage/redis-usage-store.ts';
import { UsageCounter } from './telemetry/usage/usage-counter.ts';
import { deprecatedInUse } from './telemetry/usage/usage-report.ts';
import { createFileStore, type UsageStore } from './telemetry/usage/usage-store.ts';

/** Redis where there is one, else the file; null without both. */
export function openUsage(redis: RedisConnection | null, file: string | undefined): UsageStore | null {
  if (redis) return createRedisUsageStore(redis.client, redis.prefixTogether('usage'));
  return file === undefined ? null : createFileStore(file);
}

export function createUsageCounter(store: UsageStore, log: Logger): UsageCounter {
  return new UsageCounter({
    store,
    onError: (error) => log.warn({ reason: messageOf(error) }, 'usage cannot be saved: it is retried every minute'),
    onRecovery: () => log.info({}, 'usage has been saved again'),
  });
}

/** Counts from now on, unless nothing can be written: there is one warning then, and the gateway serves as ever. */
export async function startUsage(
  { counter, store, file }: { counter: UsageCounter; store: UsageStore; file: string | undefined },
  graph: Graph,
  log: Logger,
): Promise<void> {
  const problem = (await store.problem?.()) ?? null;
  if (problem === null) counter.start();
  else {
    counter.disable();
    const remedy = 'make its folder writable, give `redis`, or set `usage` to false';
    log.warn({ file, reason: problem }, `usage is not counted, because it cannot be saved: ${remedy}`);
  }
  await reportDeprecated(store, graph, log);
}

/** Logs deprecated elements that are still in use. */
async function reportDeprecated(store: UsageStore, graph: Graph, log: Logger): Promise<void> {
  try {
    for (const { coordinate, reason, usedBy } of deprecatedInUse(graph.schema, await store.load())) {
      const clients = [...new Set(usedBy.map(({ client }) => client))];
      log.warn({ coordinate, reason, clients }, `${coordinate} is deprecated and still in use`);
    }
  } catch (error) {
    log.warn({ reason: messageOf(error) }, 'usage could not be read');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
