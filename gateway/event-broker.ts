// Event broker of the configuration: Redis, with the claims of callers for the names of channels.
import type { EventBroker } from './compose/events/event-fields.ts';
import { type CheckedConfig, milliseconds } from './config/config.ts';
import { operationError } from './errors.ts';
import { claimOf } from './policy/forwarding/header-value.ts';
import { RedisEvents } from './redis/redis-events.ts';
import { LimitedLog } from './telemetry/limited-log.ts';
import type { Logger } from './telemetry/log.ts';
import type { EventSeries } from './telemetry/metrics/event-metrics.ts';

/** Null where no Redis is configured. Connects with the first subscription. @param log absent in commands. */
export function openEvents(
  { events, redis }: Pick<CheckedConfig, 'events' | 'redis'>,
  folder: string,
  { series = null, log }: { series?: EventSeries | null | undefined; log?: Logger | undefined },
): (EventBroker & { close(): Promise<void> }) | null {
  const target = events.redis === undefined ? redis : { url: events.redis };
  if (!target) return null;
  const { maxQueued, maxMessageBytes } = events;
  const source =
    log &&
    new RedisEvents(target, {
      ...{ log, folder, maxQueued, maxMessageBytes, series, maxOutage: milliseconds(events.maxOutage) },
    });
  const invalid = log && new LimitedLog(log, 'a message is no key');
  return {
    maxMessageBytes,
    claimOf,
    subscribe: (channel) => {
      if (!source) throw operationError('EVENTS_UNAVAILABLE');
      return source.subscribe(channel);
    },
    onInvalid: (field, reason) => {
      series?.invalid.add(1);
      invalid?.write(() => ({ field, reason }));
    },
    close: async () => source?.close(),
  };
}
