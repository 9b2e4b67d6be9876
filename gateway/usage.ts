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
  if (redis) return createRedisUsageStore(redis.client, redis.prefix);
  return file === undefined ? null : createFileStore(file);
}

export function createUsageCounter(store: UsageStore, log: Logger): UsageCounter {
  return new UsageCounter({ store, onError: (error) => reportUsageLost(error, log) });
}

function reportUsageLost(error: unknown, log: Logger): void {
  log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'usage was not saved; it is retried');
}

/** Logs deprecated elements that are still in use. Not awaited: it must not delay the start. */
export async function reportDeprecated(store: UsageStore, graph: Graph, log: Logger): Promise<void> {
  try {
    for (const { coordinate, reason, usedBy } of deprecatedInUse(graph.schema, await store.load())) {
      const clients = [...new Set(usedBy.map(({ client }) => client))];
      log.warn({ coordinate, reason, clients }, `${coordinate} is deprecated and still in use`);
    }
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'usage could not be read');
  }
}
