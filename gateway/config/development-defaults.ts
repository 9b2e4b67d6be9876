// Development defaults: `concierge dev` enables introspection, suggestions and GraphiQL where the configuration does
// not set them. Everywhere else they are disabled, whatever `NODE_ENV` is: a missing variable must not expose the
// schema.
import type { CheckedConfig } from './config.ts';

/** The configuration with the permissive defaults of development. Options that are set take precedence. */
export function withDevelopmentDefaults(config: CheckedConfig): CheckedConfig {
  const { graphiql = true, limits } = config;
  return {
    ...config,
    graphiql: typeof graphiql === 'object' ? { ...graphiql, enabled: graphiql.enabled ?? true } : graphiql,
    limits: { ...limits, introspection: limits.introspection ?? true, suggestions: limits.suggestions ?? true },
  };
}
