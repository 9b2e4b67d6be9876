// The section `connections`: bounds on long-lived connections, which are WebSockets and event streams together. `config.ts`
// mounts it; `server/long-lived.ts` acts on it.
import { z } from 'zod';
import { count } from './values.ts';

const bound = z.union([count('connections'), z.literal(false)], 'give connections as a whole number above 0, or false');

export const connectionsSection = z.strictObject({
  /** Open at the same time, in all. */
  max: count('connections').default(20_000),
  /** Of them, from one address (an IPv6 address with its network). */
  perAddress: bound.default(500),
  /** Of them, of one caller who has signed in, from all addresses. */
  perCaller: bound.default(500),
});

/** A checked `connections`: every default filled in. */
export type ConnectionsConfig = z.output<typeof connectionsSection>;
