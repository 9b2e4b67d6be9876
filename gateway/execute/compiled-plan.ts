// Compiled plan: everything of an execution that depends on the operation alone, computed once.

import type { EntryPoint, EntryPoints } from '../query-plan/entry-point.ts';
import type { EntityFetch, Fetch, Plan } from '../query-plan/plan.ts';
import type { FieldShape, Shape, ValueType } from '../query-plan/shape.ts';
import { templateVariables } from '../query-plan/value-template.ts';
import { FetchProfile } from '../transport/fetch-profile.ts';
import { type ContextCollector, compileContextCollector } from './context-keys.ts';
import { customScalarsIn } from './custom-scalars.ts';
import {
  type Collector,
  compileCollector,
  compileSerializer,
  type ResponseObject,
  type Serializer,
} from './hot-path/index.ts';
import { compileKeyCollector, type KeyCollector } from './keys.ts';
import { compileRowMatcher, type RowMatcher } from './match-rows.ts';
import { compileCopier } from './own-copies.ts';
import { FetchDocuments, type KeyArguments } from './request-body.ts';
import { compileBudget, type FetchBudget, type SubgraphBudgets } from './subgraph-budget.ts';
import type { Target, Targets } from './target.ts';

export interface CompiledPlan {
  plan: Plan;
  fetches: CompiledFetch[];
  entityFetches: ReadonlyMap<number, CompiledEntityFetch>;
  /** Client variables that upstream values are computed from: execution needs them coerced. */
  coerced: readonly string[];
  /** Number of fields in the response's shape; the measure of its size. */
  fields: number;
  /**
   * Writes the response's data as JSON text; null where fields are denied or deferred, or code may not be generated. Compiled
   * when it is first read, since planning and compiling together could block the event loop too long.
   */
  readonly write: Serializer | null;
  /** Whether resolvers run after a subgraph's response, on its data. */
  resolvesLater: boolean;
}

export interface CompiledFetch {
  fetch: Fetch;
  /** Whether it has root fields, also below the root: the response's data is one object, whose fields clients see. */
  hasWholeData: boolean;
  target: Target;
  documents: FetchDocuments;
  /** Maximum number of keys in one request. */
  maxKeys: number;
  profile: FetchProfile;
  /** Null where its subgraph has no budget. */
  budget: FetchBudget | null;
  entityFetches: CompiledEntityFetch[];
  /** Its entity fetches as they are requested; null where some stand once for each value of enclosing objects. */
  parts: readonly RequestPart[] | null;
  /** The paths at which objects of this fetch's response are collected. */
  entityPaths: { id: number; entityFetch: number | null; collect: Collector }[];
  /** Copies the parts of a shared response that this run attaches results to. */
  ownCopy(data: ResponseObject): ResponseObject;
  /** Fetches that depend on this one. */
  dependents: number[];
}

export interface CompiledEntityFetch {
  entityFetch: EntityFetch;
  entryPoint: EntryPoint;
  collectKeys: KeyCollector;
  /** Where its fields take values of enclosing objects. */
  collectContexts: ContextCollector | null;
  /** Pairs the rows of a list with the keys; null where they are matched by position. */
  rowMatcher: RowMatcher | null;
}

/** An entity fetch of a fetch as it is requested. */
export interface RequestPart {
  /** Index of the entity fetch in its fetch. */
  index: number;
  entityFetch: CompiledEntityFetch;
  /** Response key of the root field. */
  alias: string;
  /** Upstream variables for the arguments of the entry point. */
  arguments: { name: string; variable: string }[];
  /** Set where it stands for objects with one of several values: the number, and the values as variables. */
  context: { number: string; values: KeyArguments } | null;
}

export interface CompileOptions {
  targets: Targets;
  entryPoints: EntryPoints;
  /** Maximum number of keys in one request to a subgraph. */
  maxKeys(subgraph: string): number;
  /** None by default. */
  budgets?: SubgraphBudgets;
}

/** Of the query type below the root: all of its objects have one key. */
const withoutKey: EntryPoint = { fieldName: '' };

export function plainPart(entityFetch: CompiledEntityFetch, index: number): RequestPart {
  const { alias, arguments: args } = entityFetch.entityFetch;
  return { index, entityFetch, alias, arguments: args, context: null };
}

export function compilePlan(
  plan: Plan,
  { targets, entryPoints, maxKeys, budgets = () => null }: CompileOptions,
): CompiledPlan {
  const entityFetches = new Map<number, CompiledEntityFetch>();
  for (const entityFetch of plan.entityFetches) {
    const subgraph = (plan.fetches[entityFetch.fetch] as Fetch).subgraph;
    const entryPoint = entityFetch.isRootType
      ? withoutKey
      : entryPoints(subgraph, entityFetch.lookedUpAs ?? entityFetch.type, entityFetch.entryPoint);
    const collectKeys = compileKeyCollector(entityFetch, entryPoint);
    entityFetches.set(entityFetch.id, {
      entityFetch,
      entryPoint,
      collectKeys,
      collectContexts: entityFetch.contexts ? compileContextCollector(entityFetch, collectKeys) : null,
      rowMatcher: entityFetch.match && compileRowMatcher(entityFetch.match),
    });
  }
  const entityPaths = Map.groupBy(plan.entityPaths, ({ fetch }) => fetch);
  const dependents = plan.fetches.map((): number[] => []);
  for (const { id, dependsOn } of plan.fetches) for (const other of dependsOn) dependents[other]?.push(id);
  const hasCustomScalars = customScalarsIn(plan);
  const fetches = plan.fetches.map((fetch): CompiledFetch => {
    const ofFetch = fetch.entityFetches.map((id) => entityFetches.get(id) as CompiledEntityFetch);
    const hasWholeData = fetch.slot !== null || ofFetch.some(({ entityFetch }) => entityFetch.isRootType);
    const documents = new FetchDocuments(fetch);
    const budget = budgets(fetch.subgraph);
    const own = ofFetch.map(({ entityFetch }) => entityFetch);
    return {
      fetch,
      hasWholeData,
      target: targets(fetch.subgraph),
      documents,
      maxKeys: maxKeys(fetch.subgraph),
      profile: new FetchProfile(fetch.operation === 'query', hasCustomScalars(fetch.subgraph), textOf(fetch)),
      budget: budget && compileBudget(budget, fetch, documents, own),
      entityFetches: ofFetch,
      parts: ofFetch.some(({ collectContexts }) => collectContexts) ? null : ofFetch.map(plainPart),
      entityPaths: (entityPaths.get(fetch.id) ?? []).map((entityPath) => ({
        id: entityPath.id,
        entityFetch: entityPath.entityFetch,
        collect: compileCollector(entityPath),
      })),
      ownCopy: compileCopier(hasWholeData, [
        ...(entityPaths.get(fetch.id) ?? []),
        ...(plan.counterparts?.filter((counterpart) => counterpart.fetch === fetch.id) ?? []),
      ]),
      dependents: dependents[fetch.id] ?? [],
    };
  });
  let write: Serializer | null | undefined = plan.denied || plan.deferred ? null : undefined;
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

/** Of its document, whatever the number of its keys. */
function textOf({ document, repeat }: Fetch): string {
  return repeat ? `{${repeat.field.join('')}}` : document;
}

function variablesInTemplates({ fetches }: Plan): string[] {
  const templates = fetches.flatMap(({ variables }) => variables).filter((variable) => 'template' in variable);
  return [...new Set(templates.flatMap(({ template }) => templateVariables(template)))];
}

/** Types with the same selection share their fields: each is counted once. */
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

/** The root fields before those of a fetch that has not begun. */
export function begunFields({ plan }: CompiledPlan, notBegun: number | null): readonly FieldShape[] {
  const [fields = []] = Object.values(plan.output.types);
  if (notBegun === null) return fields;
  const end = fields.findIndex(({ slot }) => slot !== null && slot >= notBegun);
  return end < 0 ? fields : fields.slice(0, end);
}
