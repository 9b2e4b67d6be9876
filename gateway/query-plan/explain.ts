// Plan printer: a plan as text, or as a Mermaid diagram.
import { describeDeferred } from './explain-deferred.ts';
import type { ContextPath, Counterpart, EntityFetch, EntityPath, Fetch, Plan, ValuePath } from './plan.ts';

/**
 * One paragraph per fetch: when it starts, its subgraph, its entity fetches with their keys, and the upstream
 * document.
 */
export function explain(plan: Plan): string {
  const rounds = Math.max(0, ...plan.fetches.map((fetch) => roundOf(fetch, plan))) + 1;
  const isSubscription = plan.operation === 'subscription';
  const requests = isSubscription ? plan.fetches.length - 1 : plan.fetches.length;
  const effort = `${count(requests, 'request')} in ${count(isSubscription ? rounds - 1 : rounds, 'round')}`;
  const heading = `${plan.operation} ${plan.name ?? '(unnamed)'}: ${effort}${isSubscription ? ' for each event' : ''}`;
  const counterparts = (plan.counterparts ?? []).map(describeCounterpart).join('\n');
  const fetches = plan.fetches.map((fetch) => describeFetch(fetch, plan));
  const parts = [counterparts, describeDeferred(plan).join('\n')].filter((text) => text !== '');
  return [heading, ...fetches, ...parts].join('\n\n');
}

/** A `flowchart` of the fetches: an arrow for each dependency. */
export function explainAsMermaid(plan: Plan): string {
  const nodes = plan.fetches.map((fetch) => {
    const requested = fetch.entityFetches.map((id) => entityFetchWith(id, plan).type).join(', ');
    const later = plan.deferred?.fetches.includes(fetch.id) ? '<br/>deferred' : '';
    return `  f${fetch.id}["${fetch.id}: ${fetch.subgraph}${requested === '' ? '' : `<br/>${requested}`}${later}"]`;
  });
  const arrows = plan.fetches.flatMap((fetch) =>
    fetch.dependsOn.length === 0
      ? [`  client --> f${fetch.id}`]
      : fetch.dependsOn.map((dependency) => `  f${dependency} --> f${fetch.id}`),
  );
  return ['flowchart LR', '  client((client))', ...nodes, ...arrows].join('\n');
}

function describeFetch(fetch: Fetch, plan: Plan): string {
  const isEvent = fetch.operation === 'subscription';
  const after = fetch.dependsOn.map((id) => `#${id}`).join(', ');
  const when = isEvent ? 'an event stream' : fetch.dependsOn.length === 0 ? 'at once' : `after ${after}`;
  const isLater = plan.deferred?.fetches.includes(fetch.id) ? ', for a later part' : '';
  const entityFetches = fetch.entityFetches.map((id) => describeEntityFetch(entityFetchWith(id, plan), plan));
  const document = fetch.repeat ? `${fetch.document}(…) { ${fetch.repeat.field.join('N')} … }` : fetch.document;
  const text = (fetch.sent ?? document).replaceAll('\n', '\n    ');
  return [`#${fetch.id} ${fetch.subgraph}, ${when}${isLater}`, ...entityFetches, `    ${text}`].join('\n');
}

function describeEntityFetch(entityFetch: EntityFetch, plan: Plan): string {
  const places = entityFetch.sources.map(({ entityPath }) => describePath(plan.entityPaths[entityPath] as EntityPath));
  if (entityFetch.isRootType) return `    root fields of ${entityFetch.type} at ${places.join(' and at ')}`;
  const sources = entityFetch.sources.map(({ key }, index) => {
    const names = key.map((field) => field.name).join(', ');
    const as = entityFetch.lookedUpAs ? ` as ${entityFetch.lookedUpAs}` : '';
    return `${places[index]} by ${names}${as}`;
  });
  const taken = entityFetch.sources.flatMap(({ contexts }) =>
    contexts ? describeContexts(contexts, entityFetch, plan) : [],
  );
  return [`    entity fetch of ${entityFetch.type} at ${sources.join(' and at ')}`, ...new Set(taken)].join('\n');
}

/** The variables with values of enclosing objects, and where those come from. */
function describeContexts({ entityPath, places }: ContextPath, { contexts = [] }: EntityFetch, plan: Plan): string[] {
  const outermost = describePath(plan.entityPaths[entityPath] as EntityPath);
  return places.flatMap(({ values }, index) => {
    const steps = places.slice(1, index + 1).map(({ step }) => step?.property);
    const where = [outermost, ...steps].join('.');
    return values.map(({ context, path }) => {
      const { variable } = contexts[context] as { variable: string };
      return `    $${variable}_… is ${describeValue(path) || 'null'} of each object at ${where}`;
    });
  });
}

function describeValue(path: readonly ValuePath[]): string {
  return path
    .map(({ name, below }) => [name, describeValue(below)].filter((text) => text !== '').join('.'))
    .join(' or ');
}

/** Objects that are completed, by their places, from what another subgraph returned. */
function describeCounterpart({ fetch, path, subgraph }: Counterpart): string {
  const place = path.map((step) => step.property).join('.');
  return `#${fetch} ${place} is matched by position with what ${subgraph} returns there`;
}

function describePath(entityPath: EntityPath): string {
  const path = entityPath.path.map((step) => step.property).join('.');
  const where = `#${entityPath.fetch}${path === '' ? '' : ` ${path}`}`;
  return entityPath.type === null ? where : `${where} (${entityPath.type})`;
}

function roundOf(fetch: Fetch, plan: Plan): number {
  return fetch.dependsOn.length === 0
    ? 0
    : 1 + Math.max(...fetch.dependsOn.map((id) => roundOf(plan.fetches[id] as Fetch, plan)));
}

function entityFetchWith(id: number, plan: Plan): EntityFetch {
  return plan.entityFetches.find((entityFetch) => entityFetch.id === id) as EntityFetch;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
