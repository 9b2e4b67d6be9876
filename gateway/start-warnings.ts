// Start warnings: about the graph (also printed by `concierge compose`), about Yoga plugins, and about rules of a client that a
// caller bypasses by naming another client, or none: a client's name comes from the request, and proves nothing.
import type { Client } from './client-views/load-clients.ts';
import type { Graph } from './compose/graph.ts';
import type { ComposedView } from './composed-views.ts';
import type { CheckedConfig } from './config/config.ts';
import type { Quota } from './config/quotas.ts';
import { acceptsWebSockets } from './config/websocket.ts';
import { didYouMean } from './did-you-mean.ts';
import { measureWarnings } from './measure-warnings.ts';
import { unplannableWarnings } from './planner/unplannable-messages.ts';
import { toolWarnings } from './tool-warnings.ts';

type Rates = Pick<CheckedConfig, 'path' | 'rateLimits' | 'clients'>;

const remoteSignIn = 'every machine that can reach the gateway may sign in as any of authentication.development.users';

/** All of them. @param isOpen whether development users may sign in from other machines. */
export function startWarnings(
  config: CheckedConfig,
  graph: Graph,
  views: readonly ComposedView[],
  clients: readonly Client[],
  isOpen: boolean,
): string[] {
  const graphs = [graph, ...views.map((view) => view.graph)];
  return [
    ...graphWarnings(graph, views),
    ...clientWarnings(config, clients),
    ...toolWarnings(config, views),
    ...pluginWarnings(config),
    ...measureWarnings(config, clients),
    ...scopeWarnings(config, graphs),
    ...audienceWarnings(config),
    ...faultWarnings(config),
    ...(isOpen ? [remoteSignIn] : []),
  ];
}

/** Warnings about the graph, and about the graphs of clients with fields of their own. */
export function graphWarnings(graph: Graph, views: readonly ComposedView[]): string[] {
  const warnings = [...graph.warnings, ...unplannableWarnings(graph)];
  const known = new Set(warnings);
  for (const { client, graph: own } of views) {
    if (own.version === graph.version) continue;
    const more = [...own.warnings, ...unplannableWarnings(own)].filter((warning) => !known.has(warning));
    warnings.push(...more.map((warning) => `client ${client.reference}: ${warning}`));
  }
  return warnings;
}

/** What plugins switch off, and what they do not see. */
export function pluginWarnings({ plugins, websocket }: Pick<CheckedConfig, 'plugins' | 'websocket'>): string[] {
  if (plugins.length === 0) return [];
  const webSockets = acceptsWebSockets(websocket, plugins)
    ? 'operations over WebSockets do not pass the plugins'
    : 'WebSockets are off (websocket.enabled switches them on; their operations do not pass the plugins)';
  return [`plugins: the fast path is off, and ${webSockets}; hooks keep both`];
}

/** Scopes of API keys and development users that no field requires, where one that is required has nearly the same name. */
export function scopeWarnings(
  { authentication: { apiKeys, development } }: Pick<CheckedConfig, 'authentication'>,
  graphs: readonly Pick<Graph, 'rules'>[],
): string[] {
  const required = scopesOf(graphs);
  const owners = [
    ...(apiKeys?.keys ?? []).map((key, index) => ({ ...key, path: `authentication.apiKeys.keys[${index}].scopes` })),
    ...development.users.map((user, index) => ({ ...user, path: `authentication.development.users[${index}].scopes` })),
  ];
  return owners.flatMap(({ path, scopes }) =>
    scopes.flatMap((scope) => {
      const near = required.has(scope) ? '' : didYouMean(scope, required);
      return near === '' ? [] : [`${path}: no field requires "${scope}"${near}`];
    }),
  );
}

/** Scopes that fields and types require. */
export function scopesOf(graphs: readonly Pick<Graph, 'rules'>[]): ReadonlySet<string> {
  return new Set(
    graphs
      .flatMap(({ rules }) => [...rules.fieldRequirements, ...rules.typeRequirements])
      .flatMap(([, { scopes }]) => scopes.flat(2)),
  );
}

/** Faults of all requests, which are for staging. */
function faultWarnings({ faults }: Pick<CheckedConfig, 'faults'>): string[] {
  const inject = faults?.inject;
  return inject ? [`faults.inject: all requests have faults, and no response is cached: ${inject.join(', ')}`] : [];
}

/** Issuers whose tokens are accepted for whatever service they were made. */
export function audienceWarnings({ authentication: { jwt } }: Pick<CheckedConfig, 'authentication'>): string[] {
  return jwt.flatMap(({ issuer, audience }, index) =>
    audience === undefined
      ? [
          `authentication.jwt[${index}].audience is missing: tokens that ${issuer} has made for other services are ` +
            'accepted here; give what its tokens for this gateway have in "aud"',
        ]
      : [],
  );
}

export function clientWarnings(config: Rates, clients: readonly Client[]): string[] {
  return clients.flatMap((client) => {
    const { reference, definition } = client;
    const { trustedDocuments, ratePlan, access } = definition;
    const others = bypasses(client, config, clients);
    const warnings: string[] = [];
    if (trustedDocuments === 'only' && others.anyDocument.length > 0) {
      warnings.push(
        `trustedDocuments: 'only' is bypassed by naming another client: any document is accepted at ` +
          `${others.anyDocument}`,
      );
    }
    if (ratePlan !== undefined && isStricter(ratePlan, config) && others.otherPlan.length > 0) {
      warnings.push(
        `the limits of rate plan "${ratePlan}" are bypassed by naming another client: see ${others.otherPlan}`,
      );
    }
    if (ratePlan !== undefined && access === undefined && isLarger(ratePlan, config)) {
      warnings.push(
        `rate plan "${ratePlan}" raises no limits, because any caller can name the client: ` +
          'restrict it with `access`, or give the plan to API keys',
      );
    }
    if (access !== undefined && others.wholeGraph.length > 0) {
      warnings.push(
        `\`access\` restricts only the client's own endpoint: the same data is served, by the graph's rules, at ` +
          `${others.wholeGraph}`,
      );
    }
    return warnings.map((warning) => `client ${reference}: ${warning}`);
  });
}

/** Endpoints where anonymous callers get other rules. */
function bypasses(client: Client, { path, clients: { only } }: Rates, clients: readonly Client[]) {
  const graph = only ? [] : [`${path} (set clients.only)`];
  const open = clients.filter(
    (other) =>
      other !== client && other.definition.access === undefined && other.definition.authentication === 'optional',
  );
  const paths = (others: readonly Client[]) => others.map(({ reference }) => `${path}/${reference}`);
  const openDocuments = open.filter(({ definition }) => definition.trustedDocuments !== 'only');
  const otherPlans = open.filter(({ definition }) => definition.ratePlan !== client.definition.ratePlan);
  return {
    wholeGraph: graph.join(', '),
    anyDocument: [...graph, ...paths(openDocuments)].join(', '),
    otherPlan: [...graph, ...paths(otherPlans)].join(', '),
  };
}

/** Whether a plan has a lower limit than the general one, of any kind. */
function isStricter(name: string, { rateLimits }: Rates): boolean {
  const plan = rateLimits.plans[name];
  if (!plan) return false;
  const requests = (['request', 'perAddress', 'perClient'] as const).some((kind) => {
    const [own, general] = [plan[kind], rateLimits[kind]];
    return own && (!general || own.limit / own.duration < general.limit / general.duration);
  });
  const { cost, quotas } = rateLimits;
  const own = plan.cost;
  const counted = Object.entries(plan.quotas ?? {}).some(
    ([name, quota]) => quota && amountOf(quota) < amountOf(quotas[name]),
  );
  return counted || requests || (!!own && (!cost || own.budget / own.duration < cost.budget / cost.duration));
}

/** Whether a plan has a higher limit than the general one, of any kind. */
function isLarger(name: string, { rateLimits }: Rates): boolean {
  const plan = rateLimits.plans[name];
  if (!plan) return false;
  const requests = (['request', 'perAddress', 'perClient'] as const).some((kind) => {
    const [own, general] = [plan[kind], rateLimits[kind]];
    if (own === undefined || !general) return false;
    return own === false || own.limit / own.duration > general.limit / general.duration;
  });
  const { cost, quotas } = rateLimits;
  const counted = Object.entries(plan.quotas ?? {}).some(
    ([name, quota]) => (quota ? amountOf(quota) : Number.POSITIVE_INFINITY) > amountOf(quotas[name]),
  );
  if (counted) return true;
  if (requests || plan.cost === undefined || !cost) return requests;
  return plan.cost === false || plan.cost.budget / plan.cost.duration > cost.budget / cost.duration;
}

/** Infinity for no quota. */
function amountOf(quota: Quota | undefined): number {
  return quota?.limit ?? quota?.budget ?? Number.POSITIVE_INFINITY;
}
