// Configuration section `connections`: limits for long-lived connections (WebSockets and event streams together).
// Mounted by `config.ts`, applied by `server/long-lived.ts`.
import { z } from 'zod';
import { count } from './values.ts';

const bound = z.union([count('connections'), z.literal(false)], 'give connections as a whole number above 0, or false');

export const connectionsSection = z.strictObject({
  /** Maximum number of open connections in all. Default: 20,000. */
  max: count('connections').default(20_000),
  /** Maximum number from one address (an IPv6 address with its network). Default: 500. */
  perAddress: bound.default(500),
  /** Maximum number of one authenticated caller, from all addresses. Default: 500. */
  perCaller: bound.default(500),
});

/** A checked `connections`: every default filled in. */
export type ConnectionsConfig = z.output<typeof connectionsSection>;
