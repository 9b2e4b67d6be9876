// A plan made ready to run: what depends on the operation alone is done here, once.
import type { AnswerObject } from './answer-object.ts';
import { customScalarsIn } from './custom-scalars.ts';
import type { EntryPoint, EntryPoints } from './entry-point.ts';
import { compileKeyCollector, type KeyCollector } from './keys.ts';
import { compileRowMatcher, type RowMatcher } from './match-rows.ts';
import { compileCopier } from './own-copies.ts';
import type { Fetch, FieldShape, Lookup, Plan, Shape, ValueType } from './plan.ts';
import { type Collector, compileCollector } from './positions.ts';
import { FetchDocuments } from './request-body.ts';
import type { Target, Targets } from './target.ts';
import { templateVariables } from './value-template.ts';
import { compileWriter, type Writer } from './write.ts';

export interface CompiledPlan {
  plan: Plan;
  fetches: CompiledFetch[];
  lookups: ReadonlyMap<number, CompiledLookup>;
  /** Client variables of which upstream values are made: a run needs them coerced. */
  coerced: readonly string[];
  /** How many fields the answer's shape has; the measure of its size. */
  fields: number;
  /**
   * Writes the answer's data as JSON text; null where something is refused, or code may not be generated. Compiled when it is
   * first read, since planning and compiling together could keep the event loop too long.
   */
  readonly write: Writer | null;
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
  lookups: CompiledLookup[];
  /** What is collected from this fetch's answer. */
  positions: { id: number; lookup: number | null; collect: Collector }[];
  /** Data of its response that other runs have too, for this one to write to. */
  ownCopy(data: AnswerObject): AnswerObject;
  /** Fetches that wait for this one. */
  dependents: number[];
}

export interface CompiledLookup {
  lookup: Lookup;
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
  const lookups = new Map<number, CompiledLookup>();
  for (const lookup of plan.lookups) {
    const subgraph = (plan.fetches[lookup.fetch] as Fetch).subgraph;
    const entryPoint = entryPoints(subgraph, lookup.type, lookup.entryPoint);
    lookups.set(lookup.id, {
      lookup,
      entryPoint,
      collectKeys: compileKeyCollector(lookup, entryPoint),
      rowMatcher: lookup.match && compileRowMatcher(lookup.match),
    });
  }
  const positions = Map.groupBy(plan.positions, ({ fetch }) => fetch);
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
      lookups: fetch.lookups.map((id) => lookups.get(id) as CompiledLookup),
      positions: (positions.get(fetch.id) ?? []).map((position) => ({
        id: position.id,
        lookup: position.lookup,
        collect: compileCollector(position),
      })),
      ownCopy: compileCopier(fetch, positions.get(fetch.id) ?? []),
      dependents: dependents[fetch.id] ?? [],
    };
  });
  let write: Writer | null | undefined = plan.denied ? null : undefined;
  return {
    plan,
    fetches,
    lookups,
    coerced: variablesInTemplates(plan),
    resolvesLater: fetches.some(({ fetch, target }) => target.kind === 'local' && fetch.dependsOn.length > 0),
    fields: countFields(plan.output),
    get write() {
      if (write === undefined) write = compileWriter(plan);
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
