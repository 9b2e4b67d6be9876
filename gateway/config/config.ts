// Configuration schema: types and checks of `gateway.config.ts` come from this one place. `options.ts` has the options,
// `load.ts` reads the file, `config-error.ts` formats the problems.
import type { z } from 'zod';
import { unknownPlan } from './api-keys.ts';
import { forwardingProblems } from './forwarding.ts';
import { isIntrospected } from './introspected-schema.ts';
import { missingCertificateProblems } from './metrics.ts';
import { mockSettings } from './mocks.ts';
import { options } from './options.ts';
import { ownHeaderProblems } from './own-headers.ts';
import { quotaProblems } from './quotas.ts';
import { responseHeaderProblems } from './response-headers.ts';
import { apiPathProblems } from './rest.ts';
import { grpcProblems } from './subgraph-grpc.ts';
import { serviceUrls } from './subgraph-urls.ts';
import { schemaMessage } from './subgraphs.ts';
import { plainUrlProblems } from './tls.ts';
import { tracingProblems } from './tracing.ts';
import { connectionParamsProblems } from './websocket.ts';
import type { Written } from './written.ts';

export { milliseconds } from './values.ts';

/** The schema with its cross-section checks: a service needs a URL and SDL, unless a supergraph has them. */
export const gatewayConfigSchema = options.superRefine((config, context) => {
  const { subgraphs, supergraph } = config;
  const hasHooks = Object.values(config.hooks).some((hook) => typeof hook === 'function');
  const problems = [
    ...forwardingProblems(config),
    ...ownHeaderProblems(config),
    ...apiPathProblems(config),
    ...plainUrlProblems(config),
    ...missingCertificateProblems(config),
    ...tracingProblems(config),
    ...connectionParamsProblems(config, hasHooks),
  ];
  if (config.supergraph === undefined) {
    problems.push(...responseHeaderProblems(config.responseHeaders, Object.keys(subgraphs)));
  }
  problems.push(...quotaProblems(config));
  for (const problem of problems) context.addIssue({ code: 'custom', ...problem });
  if (config.cache.store && config.redis) {
    const message = 'Redis (`redis`, or REDIS_URL) is the cache store already: choose one of the two';
    context.addIssue({ code: 'custom', path: ['cache', 'store'], message });
  }
  if (config.cache.store && config.workers !== 1) {
    const message = 'it is for one worker: set `workers` (or WORKERS) to 1, or give `redis`, which workers share';
    context.addIssue({ code: 'custom', path: ['cache', 'store'], message });
  }
  const { plan, plans } = config.rateLimits;
  if (plan !== undefined && Object.keys(plans).length === 0) {
    const message = 'there are no plans that the claim could name; add them to rateLimits.plans';
    context.addIssue({ code: 'custom', path: ['rateLimits', 'plan'], message });
  }
  for (const [index, { ratePlan }] of config.authentication.apiKeys?.keys.entries() ?? []) {
    if (ratePlan === undefined || Object.hasOwn(config.rateLimits.plans, ratePlan)) continue;
    const path = ['authentication', 'apiKeys', 'keys', index, 'ratePlan'];
    context.addIssue({ code: 'custom', path, message: unknownPlan(ratePlan, Object.keys(config.rateLimits.plans)) });
  }
  const missing = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const names = Object.keys(subgraphs);
  if (supergraph === undefined && names.length === 0) {
    missing(['subgraphs'], 'name at least one service, or give a supergraph');
  }
  for (const each of names) {
    if (supergraph !== undefined) {
      if (subgraphs[each]?.schema) missing(['subgraphs', each, 'schema'], 'the supergraph has the schema: remove this');
      if (subgraphs[each]?.grpc)
        missing(['subgraphs', each, 'grpc'], 'services of a supergraph speak GraphQL: remove this');
      if (subgraphs[each]?.transforms) {
        missing(['subgraphs', each, 'transforms'], 'a supergraph is composed already: remove this');
      }
      if (mockSettings(each, subgraphs[each]?.mocks)) {
        const message =
          'a supergraph does not have the schemas of its services, which mocks are made from: remove this';
        missing(['subgraphs', each, 'mocks'], message);
      }
      continue;
    }
    const isMocked = mockSettings(each, subgraphs[each]?.mocks) !== null;
    const { url, grpc, schema } = subgraphs[each] ?? {};
    // The SDL of a REST service has its address: composition reports it where there is none.
    const mayHaveAddress = schema !== undefined && !isIntrospected(schema);
    if (!url && !grpc && !isMocked && !mayHaveAddress) missing(['subgraphs', each, 'url'], serviceUrls);
    for (const { option, message } of grpcProblems(subgraphs[each] ?? {}, isMocked)) {
      missing(['subgraphs', each, option], message);
    }
    if (!subgraphs[each]?.schema) {
      missing(['subgraphs', each, 'schema'], schemaMessage);
    }
  }
});

/**
 * The configuration as `gateway.config.ts` writes it. Durations are milliseconds, or text such as "500ms", "30s", "2m".
 */
export type GatewayConfig = Written<typeof gatewayConfigSchema>;

/** A checked configuration: every default filled in. */
export type CheckedConfig = z.output<typeof gatewayConfigSchema>;

/**
 * Gives a configuration its type, and returns it unchanged. It is checked when the gateway loads it. A function that
 * makes one, or a promise of one, is called then.
 *
 * @example
 * export default defineConfig({
 *   subgraphs: { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'schema/subgraphs/users.graphql' } },
 * });
 */
export function defineConfig(config: GatewayConfig): GatewayConfig;
export function defineConfig(make: () => GatewayConfig | Promise<GatewayConfig>): () => Promise<GatewayConfig>;
export function defineConfig(config: GatewayConfig | (() => GatewayConfig | Promise<GatewayConfig>)) {
  return typeof config === 'function' ? async () => config() : config;
}

/**
 * The configuration with the permissive defaults of `concierge dev`: introspection, suggestions, GraphiQL and the
 * landing page are enabled where it does not set them. Everywhere else they are disabled, whatever `NODE_ENV` is: a missing variable
 * must not expose the schema.
 */
export function withDevelopmentDefaults(config: CheckedConfig): CheckedConfig {
  const { graphiql = true, landingPage = true, limits } = config;
  return {
    ...config,
    landingPage,
    graphiql: typeof graphiql === 'object' ? { ...graphiql, enabled: graphiql.enabled ?? true } : graphiql,
    limits: { ...limits, introspection: limits.introspection ?? true, suggestions: limits.suggestions ?? true },
  };
}
