// Fixtures of the rate limit tests: a checked configuration, a log that can be read, callers.

import type { z } from 'zod';
import type { Identity } from '../../gateway/config/context.ts';
import { type RateLimitsConfig, rateLimitsSchema } from '../../gateway/config/rate-limits.ts';
import type { Caller } from '../../gateway/policy/rate-limits/caller.ts';

export function checked(config: z.input<typeof rateLimitsSchema>): RateLimitsConfig {
  return rateLimitsSchema.parse(config);
}

export interface RecordedLog {
  lines: string[];
  info(...what: unknown[]): void;
  warn(...what: unknown[]): void;
}

/** Records the level and message of each line. */
export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const record =
    (level: string) =>
    (...what: unknown[]) =>
      void lines.push(`${level}: ${what.at(-1)}`);
  return { lines, info: record('info'), warn: record('warn') };
}

export function user(subject: string, more: Partial<Identity> = {}): Caller {
  const identity = { key: `header ${subject}`, subject, issuer: 'header', scopes: [], roles: [], claims: {}, ...more };
  return { identity, address: '192.0.2.1', client: null };
}

export function anonymous(address: string): Caller {
  return { identity: null, address, client: null };
}
