// Configuration section `events`: where the events of `@subscribe` fields come from, and their bounds.
import { z } from 'zod';
import { redisAddressText } from './redis.ts';
import { count, duration, size } from './values.ts';

export const eventsSection = z
  .strictObject(
    {
      /**
       * Address of another Redis for events. Default: that of `redis`, with its credentials and certificates.
       * @example 'redis://events.internal:6379'
       */
      redis: redisAddressText.optional(),
      /**
       * Maximum size of a message, which is a key. In bytes, or as text such as "1kb". Default: 16 KiB.
       * @example '1kb'
       */
      maxMessageBytes: size.default(16_384),
      /**
       * Maximum number of messages that wait for one subscription; beyond it, it ends with `TOO_MANY_EVENTS`. Default:
       * 1,000.
       * @example 100
       */
      maxQueued: count('messages').default(1_000),
      /**
       * Maximum time that Redis may be unavailable before subscriptions end with `EVENTS_UNAVAILABLE`. In milliseconds,
       * or as text such as "30s". Default: "10s".
       * @example '1m'
       */
      maxOutage: duration.default('10s'),
    },
    'give an object such as { redis: "redis://127.0.0.1:6379" }',
  )
  .prefault({});

/** A checked `events`: every default filled in. */
export type EventsConfig = z.output<typeof eventsSection>;
