// Configuration section `log`: the access log on standard output.
import { z } from 'zod';

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
  })
  .prefault({});
