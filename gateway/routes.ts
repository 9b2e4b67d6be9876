// Routes beside the graph: the landing page, the purge endpoint, and in development the sign-in of GraphiQL with its
// public keys.
import type { Cache } from './cache/cache.ts';
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';
import { version } from './config/version.ts';
import type { DevelopmentKey } from './policy/authentication/development-key.ts';
import { graphiqlOptions } from './server/graphiql.ts';
import { createLandingPage, type LandingPageOptions } from './server/landing-page.ts';
import { allowed, handleOtherMethods } from './server/methods.ts';
import { createProblemsRoute, type Problems, problemsPath } from './server/problems/problems-handler.ts';
import { handlePurge } from './server/purge.ts';
import type { Route } from './server/request-handler.ts';
import { createSignIn, signInPath } from './server/sign-in/token-handler.ts';

/** @param fromNetwork whether requests from other machines may sign in as well. */
export function createRoutes(
  config: CheckedConfig,
  cache: Cache,
  clients: readonly Client[],
  development: DevelopmentKey | undefined,
  fromNetwork: boolean,
): Map<string, Route> {
  const { authentication, host } = config;
  const { purge } = config.cache;
  const routes = new Map<string, Route>();
  if (config.landingPage) routes.set('/', createLandingPage(landing(config, development ? clients : [])));
  if (purge) routes.set(purge.path, (request, response) => handlePurge(request, response, cache, purge));
  if (development) {
    const jwks = JSON.stringify(development.jwks);
    routes.set('/.well-known/jwks.json', (request, response) => {
      if (handleOtherMethods(request, response, allowed('GET'))) return;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(jwks);
    });
    const { users } = authentication.development;
    routes.set(signInPath, createSignIn({ key: development, users, host, fromNetwork }));
  }
  return routes;
}

/** Routes under `concierge dev` that pages request every second. @param fromNetwork as above. */
export function createUnloggedRoutes(
  { host }: CheckedConfig,
  problems: Problems,
  fromNetwork: boolean,
): Map<string, Route> {
  return new Map([[problemsPath, createProblemsRoute({ problems, host, fromNetwork })]]);
}

function landing({ path, graphiql, clients: { only } }: CheckedConfig, clients: readonly Client[]): LandingPageOptions {
  return {
    version,
    graph: only ? null : path,
    graphiql: graphiqlOptions(graphiql) !== false,
    clients: clients.map(({ reference, definition }) => ({
      name: reference,
      path: `${path}/${encodeURIComponent(reference)}`,
      isTrustedOnly: definition.trustedDocuments === 'only',
    })),
  };
}
