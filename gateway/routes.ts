// Routes beside the graph: the landing page, the purge endpoint, and in development the sign-in of GraphiQL with its
// public keys.
import type { Cache } from './cache/cache.ts';
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';
import { version } from './config/version.ts';
import type { DevelopmentKey } from './policy/authentication/development-key.ts';
import { audited, type RouteAudit } from './server/audited-route.ts';
import type { ConsoleFeed } from './server/console/console-feed.ts';
import { consolePath } from './server/console/console-path.ts';
import { createDevelopmentConsole } from './server/console/console-routes.ts';
import { graphiqlOptions } from './server/graphiql.ts';
import { createLandingPage, type LandingPageOptions } from './server/landing-page.ts';
import { allowed, handleOtherMethods } from './server/methods.ts';
import { createMetricsRoute, metricsPath } from './server/metrics-handler.ts';
import type { OperatorAdmission } from './server/operator-admission.ts';
import { createProblemsRoute, type Problems, problemsPath } from './server/problems/problems-handler.ts';
import { handlePurge, purgePath } from './server/purge.ts';
import type { Route } from './server/request-handler.ts';
import { createSignIn, signInPath } from './server/sign-in/token-handler.ts';
import type { AuditLog } from './telemetry/audit-log.ts';
import type { GatewayMetrics } from './telemetry/metrics/gateway-metrics.ts';

export interface RouteParts {
  cache: Cache;
  clients: readonly Client[];
  /** Whether the client's documents are served by the REST façade. */
  hasRest(client: string): boolean;
  admission: OperatorAdmission;
  /** Null where nothing is audited. */
  audit: AuditLog | null;
}

/** @param fromNetwork whether requests from other machines may sign in as well. */
export function createRoutes(
  config: CheckedConfig,
  { cache, clients, hasRest, admission, audit }: RouteParts,
  development: DevelopmentKey | undefined,
  fromNetwork: boolean,
): Map<string, Route> {
  const to: RouteAudit = { log: audit, addressOf: (request) => admission.addressOf(request) };
  const { authentication, host } = config;
  const { purge } = config.cache;
  const routes = new Map<string, Route>();
  if (config.landingPage)
    routes.set('/', createLandingPage(landing(config, { clients, hasRest }, development !== undefined)));
  if (purge) {
    const route: Route = async (request, response) => {
      const { token } = purge;
      if (!admission.admit(request, response, { token, option: 'cache.purge.token', isForClients: true })) return;
      await handlePurge(request, response, cache);
    };
    for (const path of [purge.path, purgePath]) routes.set(path, audited(path, route, to));
  }
  if (development) {
    const jwks = JSON.stringify(development.jwks);
    routes.set('/.well-known/jwks.json', (request, response) => {
      if (handleOtherMethods(request, response, allowed('GET'))) return;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(jwks);
    });
    const { users } = authentication.development;
    routes.set(signInPath, audited(signInPath, createSignIn({ key: development, users, host, fromNetwork }), to));
  }
  return routes;
}

/** Routes whose requests have no line in the log: there is one every few seconds. */
export function createUnloggedRoutes(
  { host, metrics: section }: Pick<CheckedConfig, 'host' | 'metrics'>,
  { problems, metrics, feed, isDevelopment, admission, allowRemoteSignIn: fromNetwork }: UnloggedParts,
): Map<string, Route> {
  const routes = feed && isDevelopment ? createDevelopmentConsole(feed, host, fromNetwork) : new Map<string, Route>();
  if (problems) routes.set(problemsPath, createProblemsRoute({ problems, host, fromNetwork }));
  if (metrics && section?.public) {
    const route = createMetricsRoute(metrics);
    const requirement = { token: undefined, option: '', isForClients: true };
    routes.set(metricsPath, async (request, response) => {
      if (admission.admit(request, response, requirement)) await route(request, response);
    });
  }
  return routes;
}

export interface UnloggedParts {
  /** Of `concierge dev`, whose pages request them. */
  problems: Problems | undefined;
  /** Null where nothing is measured. */
  metrics: GatewayMetrics | null;
  admission: OperatorAdmission;
  /** Of the console; null where there is none. */
  feed: ConsoleFeed | null;
  /** Whether the console is on the gateway's own port. */
  isDevelopment: boolean;
  /** Whether other machines get the problems and the console as well. */
  allowRemoteSignIn: boolean;
}

function landing(
  { path, graphiql, rest, clients: { only } }: CheckedConfig,
  { clients, hasRest }: Pick<RouteParts, 'clients' | 'hasRest'>,
  isDevelopment: boolean,
): LandingPageOptions {
  return {
    version,
    graph: only ? null : path,
    graphiql: graphiqlOptions(graphiql) !== false,
    console: isDevelopment ? consolePath : null,
    clients: (isDevelopment ? clients : []).map(({ reference, definition }) => ({
      name: reference,
      path: `${path}/${encodeURIComponent(reference)}`,
      rest:
        rest && (rest.openapi ?? isDevelopment) && hasRest(reference)
          ? `${rest.path}/${encodeURIComponent(reference)}/`
          : null,
      isTrustedOnly: definition.trustedDocuments === 'only',
    })),
  };
}
