// Development defaults: introspection, suggestions and GraphiQL, which `concierge dev` turns on where the configuration leaves
// them open. Everywhere else they are off, whatever the environment is called: a forgotten variable opens nothing.
import type { CheckedConfig } from './config.ts';

/** The same configuration, with what development is more permissive about than production. Options that are set win. */
export function withDevelopmentDefaults(config: CheckedConfig): CheckedConfig {
  const { graphiql = true, limits } = config;
  return {
    ...config,
    graphiql: typeof graphiql === 'object' ? { ...graphiql, enabled: graphiql.enabled ?? true } : graphiql,
    limits: { ...limits, introspection: limits.introspection ?? true, suggestions: limits.suggestions ?? true },
  };
}
