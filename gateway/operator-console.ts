// Console for operators: where it is served, and what it shows.
import type { Client } from './client-views/load-clients.ts';
import type { Composition } from './composition.ts';
import type { CheckedConfig } from './config/config.ts';
import { isProduction } from './config/environment.ts';
import { mockSettings } from './config/mocks.ts';
import type { Engine } from './engine/engine.ts';
import type { OperatorControls } from './operator-controls.ts';
import type { RecentRequests } from './pipeline/recent-requests.ts';
import type { RequestContext } from './pipeline/request-context.ts';
import { ConsoleFeed } from './server/console/console-feed.ts';
import { type ConsoleRoutes, createConsoleRoutes, createNoConsole } from './server/console/console-routes.ts';
import type { CacheFigures } from './server/console/recording.ts';

export interface ConsoleParts {
  config: CheckedConfig;
  clients: readonly Client[];
  composition: Pick<Composition, 'states'>;
  engine: Pick<Engine, 'serviceOf'>;
  cache: { stats(): CacheFigures };
  operatorControls: OperatorControls | null;
}

/** Whether there is one: not without a listener for operators, and in production not without its token. */
export function hasConsole({ admin }: Pick<CheckedConfig, 'admin'>, isDevelopment: boolean): boolean {
  return isDevelopment || (admin !== undefined && (admin.token !== undefined || !isProduction()));
}

/** @param running requests that are served now. */
export function openConsole(
  recent: RecentRequests,
  { config, clients, composition, engine, cache, operatorControls }: ConsoleParts,
  running: () => readonly RequestContext[],
): ConsoleFeed {
  return new ConsoleFeed(recent, {
    running,
    subgraphs: () => composition.states(),
    isMocked: (name) => mockSettings(name, config.subgraphs[name]?.mocks) !== null,
    clients: clients.map(({ reference }) => reference),
    cache: () => cache.stats(),
    controls: () => operatorControls?.admin.inForce ?? null,
    serviceOf: (subgraph) => engine.serviceOf(subgraph),
  });
}

/** On the listener for operators. @param feed null where there is no console. @param needsToken whether the listener has one. */
export function consoleRoutes(feed: ConsoleFeed | null, needsToken: boolean): ConsoleRoutes {
  return feed
    ? createConsoleRoutes(feed, needsToken)
    : createNoConsole('In production, the console needs a token: configure `admin.token`.');
}
