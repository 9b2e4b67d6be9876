// Warnings about clients, told at start: rules of a client that a caller leaves by naming another client, or none. A client's
// name is what a request says it is, and proves nothing.
import type { Client } from './client-views/load-clients.ts';
import type { CheckedConfig } from './config/config.ts';

type Rates = Pick<CheckedConfig, 'rateLimits' | 'clients'>;

export function clientWarnings(config: Rates, clients: readonly Client[]): string[] {
  return clients.flatMap((client) => {
    const { reference, definition } = client;
    const { trustedDocuments, ratePlan, access } = definition;
    const others = otherWays(client, config, clients);
    const warnings: string[] = [];
    if (trustedDocuments === 'only' && others.any.length > 0) {
      warnings.push(
        `trustedDocuments: 'only' is left by naming another client: any document is served at ${others.any}`,
      );
    }
    if (ratePlan !== undefined && isStricter(ratePlan, config) && others.unplanned.length > 0) {
      warnings.push(`the limits of rate plan "${ratePlan}" are left by naming another client: see ${others.unplanned}`);
    }
    if (ratePlan !== undefined && access === undefined && isLarger(ratePlan, config)) {
      warnings.push(
        `rate plan "${ratePlan}" lifts no limits, since any caller may name the client: restrict it with \`access\`, or give the plan to API keys`,
      );
    }
    if (access !== undefined && others.whole.length > 0) {
      warnings.push(
        `\`access\` restricts the client's own endpoint: what its view has is served by the graph's rules at ${others.whole}`,
      );
    }
    return warnings.map((warning) => `client ${reference}: ${warning}`);
  });
}

/** Where requests of anonymous callers are served by other rules. */
function otherWays(client: Client, { clients: { only } }: Rates, clients: readonly Client[]) {
  const graph = only ? [] : ['/graphql (set clients.only)'];
  const open = clients.filter(
    (other) =>
      other !== client && other.definition.access === undefined && other.definition.authentication === 'optional',
  );
  const paths = (others: readonly Client[]) => others.map(({ reference }) => `/graphql/${reference}`);
  const freely = open.filter(({ definition }) => definition.trustedDocuments !== 'only');
  const otherPlans = open.filter(({ definition }) => definition.ratePlan !== client.definition.ratePlan);
  return {
    whole: graph.join(', '),
    any: [...graph, ...paths(freely)].join(', '),
    unplanned: [...graph, ...paths(otherPlans)].join(', '),
  };
}

/** Whether a plan allows less than the general limits, of anything. */
function isStricter(name: string, { rateLimits }: Rates): boolean {
  const plan = rateLimits.plans[name];
  if (!plan) return false;
  const requests = (['request', 'perAddress', 'perClient'] as const).some((kind) => {
    const [own, general] = [plan[kind], rateLimits[kind]];
    return own && (!general || own.limit / own.duration < general.limit / general.duration);
  });
  const { cost } = rateLimits;
  const own = plan.cost;
  return requests || (!!own && (!cost || own.budget / own.duration < cost.budget / cost.duration));
}

/** Whether a plan allows more than the general limits, of anything. */
function isLarger(name: string, { rateLimits }: Rates): boolean {
  const plan = rateLimits.plans[name];
  if (!plan) return false;
  const requests = (['request', 'perAddress', 'perClient'] as const).some((kind) => {
    const [own, general] = [plan[kind], rateLimits[kind]];
    if (own === undefined || !general) return false;
    return own === false || own.limit / own.duration > general.limit / general.duration;
  });
  const { cost } = rateLimits;
  if (requests || plan.cost === undefined || !cost) return requests;
  return plan.cost === false || plan.cost.budget / plan.cost.duration > cost.budget / cost.duration;
}
