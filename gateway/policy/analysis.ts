// What the rules say of one operation: which of its fields are guarded, which are limited, for how long its answer may be
// kept. Found once for each operation and choice of its `@skip` and `@include`; judged anew for each request.
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { fieldCachePolicy, mergeCacheHints } from '../compose/cache-hints.ts';
import type { Invalidation, Requirement, Rules } from '../compose/rules.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { type CollectedField, FieldCollector, type FieldSelections } from '../planner/collect-fields.ts';
import { type StepBudget, unlimitedSteps } from '../planner/step-budget.ts';
import { fieldAtPath } from '../query-plan/denied-fields.ts';

/** A field of an operation, where it was first found. */
export interface SelectedField {
  coordinate: string;
  /** Response keys from the root. */
  path: readonly string[];
}

export interface Analysis {
  /** Requirements of the fields that are asked, by coordinate. */
  fieldRequirements: ReadonlyMap<string, Requirement>;
  /** Requirements of the types whose objects may stand where the operation asks for an interface or union. */
  typeRequirements: ReadonlyMap<string, Requirement>;
  /** Every place where a field with a rate limit is asked. */
  limited: readonly { coordinate: string; place: string }[];
  /** Response keys of the root fields, with their coordinates. */
  roots: readonly { key: string; coordinate: string }[];
  /** How long the answer may be kept, in seconds; 0 for not at all. */
  maxAge: number;
  /** The first field whose maximum age is the response's; null where there is none with one. */
  limitedBy: SelectedField | null;
  /** The first field that makes the response private. */
  privateBy: SelectedField | null;
  /** Whether any part of it is only for the one who asked. */
  private: boolean;
  /** What a mutation's fields change, with the field's response key and its arguments' nodes. */
  invalidations: readonly { field: CollectedField; invalidation: Invalidation }[];
  /** Introspection is in it. */
  introspects: boolean;
}

/**
 * @param steps what the analysis may take.
 * @throws OperationTooComplex
 */
export function analyse(
  schema: GraphQLSchema,
  rules: Rules,
  { document, operation }: PreparedOperation,
  conditions: Readonly<Record<string, boolean>>,
  defaultMaxAge: number,
  steps: StepBudget = unlimitedSteps(),
): Analysis {
  const walk = new Walk(new FieldCollector(schema, document, conditions, steps), rules, defaultMaxAge);
  const root = schema.getRootType(operation.operation);
  if (root) walk.root(root, operation);
  return walk.found(operation.operation);
}

class Walk {
  readonly #collector: FieldCollector;
  readonly #rules: Rules;
  readonly #defaultMaxAge: number;
  readonly #fieldRequirements = new Map<string, Requirement>();
  readonly #typeRequirements = new Map<string, Requirement>();
  readonly #limited = new Map<string, { coordinate: string; place: string }>();
  readonly #roots: { key: string; coordinate: string }[] = [];
  readonly #invalidations: Analysis['invalidations'][number][] = [];
  /**
   * What was walked of a list of selection sets, by type and the age of the field above; true where there is a field with a
   * rate limit in it. Such fields are noted with their paths: what they are in is walked for each of its paths.
   */
  readonly #walked = new Map<FieldSelections, Map<string, boolean>>();
  #maxAge = Number.POSITIVE_INFINITY;
  #limitedBy: SelectedField | null = null;
  #privateBy: SelectedField | null = null;
  #introspects = false;

  constructor(collector: FieldCollector, rules: Rules, defaultMaxAge: number) {
    this.#collector = collector;
    this.#rules = rules;
    this.#defaultMaxAge = defaultMaxAge;
  }

  found(operation: OperationTypeNode): Analysis {
    const retained = operation === OperationTypeNode.QUERY && !this.#introspects && Number.isFinite(this.#maxAge);
    return {
      fieldRequirements: this.#fieldRequirements,
      typeRequirements: this.#typeRequirements,
      limited: [...this.#limited.values()],
      roots: this.#roots,
      maxAge: retained ? this.#maxAge : 0,
      limitedBy: this.#limitedBy,
      privateBy: this.#privateBy,
      private: this.#privateBy !== null,
      invalidations: this.#invalidations,
      introspects: this.#introspects,
    };
  }

  root(type: GraphQLObjectType, { selectionSet }: PreparedOperation['operation']): void {
    this.#fields(type, this.#collector.root(type, selectionSet), [], null);
  }

  /** @param inherited the age of the field above, for fields that take it. */
  #below(type: GraphQLObjectType, above: CollectedField, path: readonly string[], inherited: number): boolean {
    const selections = this.#collector.selections(above);
    const walked = this.#walked.get(selections) ?? new Map<string, boolean>();
    this.#walked.set(selections, walked);
    const key = `${type.name} ${inherited}`;
    if (walked.get(key) === false) return false;
    const limited = this.#fields(type, this.#collector.below(type.name, above), path, inherited);
    walked.set(key, limited);
    return limited;
  }

  /** @returns whether one of them, or one below, has a rate limit. */
  #fields(
    type: GraphQLObjectType,
    fields: readonly CollectedField[],
    path: readonly string[],
    inherited: number | null,
  ): boolean {
    this.#collector.context.steps?.spend(1 + fields.length);
    let limited = false;
    for (const field of fields) {
      if (field.name === '__typename') continue;
      const definition = type.getFields()[field.name];
      if (!definition) this.#introspects = true;
      else if (this.#field(type, definition, field, [...path, field.key], inherited)) limited = true;
    }
    return limited;
  }

  #field(
    parent: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    field: CollectedField,
    path: readonly string[],
    inherited: number | null,
  ): boolean {
    const { fieldRequirements, rateLimits, invalidations } = this.#rules;
    const coordinate = `${parent.name}.${field.name}`;
    if (inherited === null) this.#roots.push({ key: field.key, coordinate });
    const guard = fieldRequirements.get(coordinate);
    if (guard) this.#fieldRequirements.set(coordinate, guard);
    let limited = rateLimits.has(coordinate);
    if (limited) {
      const place = fieldAtPath(coordinate, path);
      this.#limited.set(place, { coordinate, place });
    }
    for (const invalidation of invalidations.get(coordinate) ?? []) this.#invalidations.push({ field, invalidation });
    const maxAge = this.#age({ coordinate, path }, definition, inherited);
    const type = getNamedType(definition.type);
    if (!isCompositeType(type)) return limited;
    if (isObjectType(type)) return this.#below(type, field, path, maxAge) || limited;
    for (const possible of this.#collector.context.schema.getPossibleTypes(type)) {
      const typeGuard = this.#rules.typeRequirements.get(possible.name);
      if (typeGuard) this.#typeRequirements.set(possible.name, typeGuard);
      if (this.#below(possible, field, path, maxAge)) limited = true;
    }
    return limited;
  }

  /** Notes how long a field may be kept; returns its age. */
  #age(field: SelectedField, { type }: GraphQLField<unknown, unknown>, inherited: number | null): number {
    const { coordinate } = field;
    const named = getNamedType(type);
    const possible = isAbstractType(named) ? this.#collector.context.schema.getPossibleTypes(named) : [];
    const retained = mergeCacheHints(
      this.#rules,
      coordinate,
      possible.map(({ name }) => name),
      fieldCachePolicy(this.#rules, coordinate, type, inherited, this.#defaultMaxAge),
    );
    if (retained.private) this.#privateBy ??= field;
    if (retained.maxAge < this.#maxAge) {
      this.#maxAge = retained.maxAge;
      this.#limitedBy = field;
    }
    return retained.maxAge;
  }
}
