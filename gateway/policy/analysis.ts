// Analysis of an operation by the rules of the graph: requirements and rate limits of its fields, and how long its
// response may be cached. Computed once for each operation and choice of its `@skip` and `@include`; applied to each
// request.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  OperationTypeNode,
} from 'graphql';
import { fieldCachePolicy, mergeCacheHints } from '../compose/cache-hints.ts';
import type { Requirement } from '../compose/requirements.ts';
import type { Invalidation, Rules } from '../compose/rules.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import {
  type CollectedField,
  FieldCollector,
  type FieldSelections,
  type TypeWithFields,
} from '../planner/collect-fields.ts';
import { type StepBudget, unlimitedSteps } from '../planner/step-budget.ts';
import { fieldAtPath } from '../query-plan/denied-fields.ts';

/** First occurrence of a field in an operation. */
export interface SelectedField {
  coordinate: string;
  /** Response keys from the root. */
  path: readonly string[];
}

/** One occurrence of a field with a rate limit. */
export interface LimitedField {
  coordinate: string;
  /** Differs between the occurrences of an operation. */
  place: string;
  /** Where its arguments are. */
  node: FieldNode;
}

export interface Analysis {
  /** Requirements of the selected fields, by coordinate. */
  fieldRequirements: ReadonlyMap<string, Requirement>;
  /** Requirements of the possible types of the interfaces and unions that are selected, by type name. */
  typeRequirements: ReadonlyMap<string, Requirement>;
  /** Every occurrence of a field with a rate limit. */
  limited: readonly LimitedField[];
  /** Response keys of the root fields, with their coordinates. */
  roots: readonly { key: string; coordinate: string }[];
  /** Maximum age of the response in caches, in seconds; 0 for not cacheable. */
  maxAge: number;
  /** First field whose maximum age is that of the response; null where no field has one. */
  limitedBy: SelectedField | null;
  /** First field that makes the response private. */
  privateBy: SelectedField | null;
  /** Whether any part of the response is for its caller alone. */
  private: boolean;
  /** Cache invalidations by the fields of a mutation, each with the field: its response key and argument nodes. */
  invalidations: readonly { field: CollectedField; invalidation: Invalidation }[];
  /** Whether it contains introspection. */
  introspects: boolean;
}

/**
 * @param steps budget of the analysis.
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
  readonly #limited = new Map<string, LimitedField>();
  readonly #roots: { key: string; coordinate: string }[] = [];
  readonly #invalidations: Analysis['invalidations'][number][] = [];
  /**
   * Selection sets that have been walked, by type and the age of the field above; true where they contain a field with
   * a rate limit. Such fields are recorded with their paths: the selections around them are walked again for each path.
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
    const isCacheable = operation === OperationTypeNode.QUERY && !this.#introspects && Number.isFinite(this.#maxAge);
    return {
      fieldRequirements: this.#fieldRequirements,
      typeRequirements: this.#typeRequirements,
      limited: [...this.#limited.values()],
      roots: this.#roots,
      maxAge: isCacheable ? this.#maxAge : 0,
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

  /** @param inherited the age of the field above, for fields that inherit it. */
  #below(type: TypeWithFields, above: CollectedField, path: readonly string[], inherited: number): boolean {
    const selections = this.#collector.selections(above);
    const walked = this.#walked.get(selections) ?? new Map<string, boolean>();
    this.#walked.set(selections, walked);
    const key = `${type.name} ${inherited}`;
    if (walked.get(key) === false) return false;
    const limited = this.#fields(type, this.#collector.below(type.name, above), path, inherited);
    walked.set(key, limited);
    return limited;
  }

  /** @returns whether one of the fields, or one below them, has a rate limit. */
  #fields(
    type: TypeWithFields,
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
    parent: TypeWithFields,
    definition: GraphQLField<unknown, unknown>,
    field: CollectedField,
    path: readonly string[],
    inherited: number | null,
  ): boolean {
    const { fieldRequirements, rateLimits, invalidations } = this.#rules;
    const coordinate = `${parent.name}.${field.name}`;
    if (inherited === null) this.#roots.push({ key: field.key, coordinate });
    const requirement = fieldRequirements.get(coordinate);
    if (requirement) this.#fieldRequirements.set(coordinate, requirement);
    let limited = rateLimits.has(coordinate);
    const [node] = field.nodes;
    if (limited && node) {
      const place = fieldAtPath(coordinate, path);
      this.#limited.set(place, { coordinate, place, node });
    }
    for (const invalidation of invalidations.get(coordinate) ?? []) this.#invalidations.push({ field, invalidation });
    const maxAge = this.#age({ coordinate, path }, definition, inherited);
    const type = getNamedType(definition.type);
    if (!isCompositeType(type)) return limited;
    if (isObjectType(type)) return this.#below(type, field, path, maxAge) || limited;
    const members = this.#collector.context.schema.getPossibleTypes(type);
    if (members.length === 0 && isInterfaceType(type)) return this.#below(type, field, path, maxAge) || limited;
    for (const possible of members) {
      const typeRequirement = this.#rules.typeRequirements.get(possible.name);
      if (typeRequirement) this.#typeRequirements.set(possible.name, typeRequirement);
      if (this.#below(possible, field, path, maxAge)) limited = true;
    }
    return limited;
  }

  /** Records the cache policy of a field; returns its maximum age. */
  #age(field: SelectedField, { type }: GraphQLField<unknown, unknown>, inherited: number | null): number {
    const { coordinate } = field;
    const named = getNamedType(type);
    const possible = isAbstractType(named) ? this.#collector.context.schema.getPossibleTypes(named) : [];
    const cachePolicy = mergeCacheHints(
      this.#rules,
      coordinate,
      possible.map(({ name }) => name),
      fieldCachePolicy(this.#rules, coordinate, type, inherited, this.#defaultMaxAge),
    );
    if (cachePolicy.private) this.#privateBy ??= field;
    if (cachePolicy.maxAge < this.#maxAge) {
      this.#maxAge = cachePolicy.maxAge;
      this.#limitedBy = field;
    }
    return cachePolicy.maxAge;
  }
}
