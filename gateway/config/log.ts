// Configuration section `log`: the access log on standard output.
import { z } from 'zod';
import { duration, filePath } from './values.ts';

const auditMessage = 'give true or false, or a file such as { file: "audit.log" }';
const shareMessage = 'give a share from 0 to 1, such as 0.1';

const auditFile = z.strictObject(
  {
    /**
     * File that audit lines are appended to, relative to the configuration. Required.
     * @example 'audit.log'
     */
    file: filePath,
  },
  auditMessage,
);

export const logSection = z
  .strictObject({
    /**
     * Lowest level that is written; `silent` writes nothing. Environment: LOG_LEVEL. Default: `info`.
     * @example 'warn'
     */
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
        error: 'give "trace", "debug", "info", "warn", "error", "fatal" or "silent"',
      })
      .default('info'),
    /**
     * Default: `pretty` in a terminal, `json` elsewhere.
     * @example 'json'
     */
    format: z.enum(['json', 'pretty'], { error: 'give "json" or "pretty"' }).optional(),
    /**
     * Whether lines have the client's address and user agent, and a hash of the caller. Default: true.
     * @example false
     */
    personal: z.boolean('give true or false').default(true),
    /**
     * Requests that take longer have a line `slow request` at level `warn`. In milliseconds, or as text such as "1s".
     * Default: none.
     * @example '1s'
     */
    slow: duration.optional(),
    /**
     * Share of the lines of ordinary requests, without errors and not slow, that are written. Default: 1.
     * @example 0.1
     */
    sample: z.number(shareMessage).min(0, shareMessage).max(1, shareMessage).default(1),
    /**
     * What lines have of the errors that subgraphs respond with: `codes` and paths; `messages` as well, cut at 500
     * characters; or the errors in `full`, as JSON text that is cut at 4,000. With `codes`, they have no details of failed
     * requests either. Default: `messages`.
     * @example 'codes'
     */
    subgraphErrors: z
      .enum(['messages', 'full', 'codes'], { error: 'give "messages", "full" or "codes"' })
      .default('messages'),
    /**
     * Audit lines: actions of operators, and access that was denied. In the log, `false` for none, or `{ file }` for a file
     * of their own, relative to the configuration. Default: true.
     * @example { file: '/var/log/concierge/audit.log' }
     */
    audit: z.union([z.boolean(), auditFile], auditMessage).default(true),
  })
  .prefault({});

export type LogConfig = z.output<typeof logSection>;
