// A plan made ready to run: what depends on the operation alone is done here, once.

import type { EntryPoint, EntryPoints } from '../query-plan/entry-point.ts';
import type { EntityFetch, Fetch, FieldShape, Plan, Shape, ValueType } from '../query-plan/plan.ts';
import { templateVariables } from '../query-plan/value-template.ts';
import { customScalarsIn } from './custom-scalars.ts';
import { compileKeyCollector, type KeyCollector } from './keys.ts';
import { compileRowMatcher, type RowMatcher } from './match-rows.ts';
import { type Collector, compileCollector } from './object-collector.ts';
import { compileCopier } from './own-copies.ts';
import { FetchDocuments } from './request-body.ts';
import type { ResponseObject } from './response-object.ts';
import { compileSerializer, type Serializer } from './serialize.ts';
import type { Target, Targets } from './target.ts';

export interface CompiledPlan {
  plan: Plan;
  fetches: CompiledFetch[];
  entityFetches: ReadonlyMap<number, CompiledEntityFetch>;
  /** Client variables of which upstream values are made: a run needs them coerced. */
  coerced: readonly string[];
  /** How many fields the answer's shape has; the measure of its size. */
  fields: number;
  /**
   * Writes the answer's data as JSON text; null where something is refused, or code may not be generated. Compiled when it is
   * first read, since planning and compiling together could keep the event loop too long.
   */
  readonly write: Serializer | null;
  /** Whether resolvers are called with what a subgraph has responded. */
  resolvesLater: boolean;
}

export interface CompiledFetch {
  fetch: Fetch;
  target: Target;
  documents: FetchDocuments;
  /** Keys in one request at most. */
  maxKeys: number;
  /** Whether its response may hold values of custom scalars. */
  hasCustomScalars: boolean;
  entityFetches: CompiledEntityFetch[];
  /** What is collected from this fetch's answer. */
  entityPaths: { id: number; entityFetch: number | null; collect: Collector }[];
  /** Data of its response that other runs have too, for this one to write to. */
  ownCopy(data: ResponseObject): ResponseObject;
  /** Fetches that wait for this one. */
  dependents: number[];
}

export interface CompiledEntityFetch {
  entityFetch: EntityFetch;
  entryPoint: EntryPoint;
  collectKeys: KeyCollector;
  /** Pairs the rows of a list with the keys; null where they are matched by position. */
  rowMatcher: RowMatcher | null;
}

export interface CompileOptions {
  targets: Targets;
  entryPoints: EntryPoints;
  /** Keys in one request to a subgraph at most. */
  maxKeys(subgraph: string): number;
}

export function compilePlan(plan: Plan, { targets, entryPoints, maxKeys }: CompileOptions): CompiledPlan {
  const entityFetches = new Map<number, CompiledEntityFetch>();
  for (const entityFetch of plan.entityFetches) {
    const subgraph = (plan.fetches[entityFetch.fetch] as Fetch).subgraph;
    const entryPoint = entryPoints(subgraph, entityFetch.type, entityFetch.entryPoint);
    entityFetches.set(entityFetch.id, {
      entityFetch,
      entryPoint,
      collectKeys: compileKeyCollector(entityFetch, entryPoint),
      rowMatcher: entityFetch.match && compileRowMatcher(entityFetch.match),
    });
  }
  const entityPaths = Map.groupBy(plan.entityPaths, ({ fetch }) => fetch);
  const dependents = plan.fetches.map((): number[] => []);
  for (const { id, dependsOn } of plan.fetches) for (const other of dependsOn) dependents[other]?.push(id);
  const hasCustomScalars = customScalarsIn(plan);
  const fetches = plan.fetches.map((fetch): CompiledFetch => {
    return {
      fetch,
      target: targets(fetch.subgraph),
      documents: new FetchDocuments(fetch),
      maxKeys: maxKeys(fetch.subgraph),
      hasCustomScalars: hasCustomScalars(fetch.subgraph),
      entityFetches: fetch.entityFetches.map((id) => entityFetches.get(id) as CompiledEntityFetch),
      entityPaths: (entityPaths.get(fetch.id) ?? []).map((entityPath) => ({
        id: entityPath.id,
        entityFetch: entityPath.entityFetch,
        collect: compileCollector(entityPath),
      })),
      ownCopy: compileCopier(fetch, entityPaths.get(fetch.id) ?? []),
      dependents: dependents[fetch.id] ?? [],
    };
  });
  let write: Serializer | null | undefined = plan.denied ? null : undefined;
  return {
    plan,
    fetches,
    entityFetches,
    coerced: variablesInTemplates(plan),
    resolvesLater: fetches.some(({ fetch, target }) => target.kind === 'local' && fetch.dependsOn.length > 0),
    fields: countFields(plan.output),
    get write() {
      if (write === undefined) write = compileSerializer(plan);
      return write;
    },
  };
}

function variablesInTemplates({ fetches }: Plan): string[] {
  const templates = fetches.flatMap(({ variables }) => variables).filter((variable) => 'template' in variable);
  return [...new Set(templates.flatMap(({ template }) => templateVariables(template)))];
}

/** Types of which the same is asked share their fields: each is counted once. */
function countFields(shape: Shape, seen = new Set<readonly FieldShape[]>()): number {
  let count = 0;
  for (const fields of Object.values(shape.types)) {
    if (seen.has(fields)) continue;
    seen.add(fields);
    for (const { type } of fields) {
      const below = innermost(type);
      count += 1 + (below.kind === 'object' ? countFields(below.shape, seen) : 0);
    }
  }
  return count;
}

function innermost(type: ValueType): ValueType {
  return type.kind === 'list' ? innermost(type.of) : type;
}
