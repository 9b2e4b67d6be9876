// What the rules say of one operation: which of its fields are guarded, which are limited, for how long its answer may be
// kept. Found once for each operation and choice of its `@skip` and `@include`; judged anew for each request.
import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldKept, narrowedBy } from '../compose/cache-hints.ts';
import type { Invalidation, Requirement, Rules } from '../compose/rules.ts';
import { type CollectContext, type CollectedField, collectFor } from '../plan/collect-fields.ts';
import { placeOf } from '../plan/denials.ts';
import type { PreparedOperation } from '../plan/prepared-operation.ts';

export interface Analysis {
  /** Requirements of the fields that are asked, by coordinate. */
  guards: ReadonlyMap<string, Requirement>;
  /** Requirements of the types whose objects may stand where the operation asks for an interface or union. */
  typeGuards: ReadonlyMap<string, Requirement>;
  /** Every place where a field with a rate limit is asked. */
  limited: readonly { coordinate: string; place: string }[];
  /** Response keys of the root fields, with their coordinates. */
  roots: readonly { key: string; coordinate: string }[];
  /** How long the answer may be kept, in seconds; 0 for not at all. */
  maxAge: number;
  /** Whether any part of it is only for the one who asked. */
  private: boolean;
  /** What a mutation's fields change, with the field's response key and its arguments' nodes. */
  invalidations: readonly { field: CollectedField; invalidation: Invalidation }[];
  /** Introspection is in it. */
  introspects: boolean;
}

/** An operation that asks for more than this many fields, once fragments are put in their places, is not judged. */
const mostPlaces = 100_000;

export class TooLarge extends Error {}

/** @throws TooLarge */
export function analyse(
  schema: GraphQLSchema,
  rules: Rules,
  { document, operation }: PreparedOperation,
  conditions: Readonly<Record<string, boolean>>,
  defaultMaxAge: number,
): Analysis {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const walk = new Walk({ schema, fragments, conditions }, rules, defaultMaxAge);
  const root = schema.getRootType(operation.operation);
  if (root) walk.object(root, [operation.selectionSet], [], null);
  return walk.found(operation.operation);
}

class Walk {
  readonly #context: CollectContext;
  readonly #rules: Rules;
  readonly #defaultMaxAge: number;
  readonly #guards = new Map<string, Requirement>();
  readonly #typeGuards = new Map<string, Requirement>();
  readonly #limited = new Map<string, { coordinate: string; place: string }>();
  readonly #roots: { key: string; coordinate: string }[] = [];
  readonly #invalidations: Analysis['invalidations'][number][] = [];
  /** What was walked: a type's selection, at a path, below a field of an age. */
  readonly #walked = new Set<string>();
  readonly #numbers = new Map<SelectionSetNode, number>();
  #maxAge = Number.POSITIVE_INFINITY;
  #private = false;
  #introspects = false;

  constructor(context: CollectContext, rules: Rules, defaultMaxAge: number) {
    this.#context = context;
    this.#rules = rules;
    this.#defaultMaxAge = defaultMaxAge;
  }

  found(operation: OperationTypeNode): Analysis {
    const kept = operation === OperationTypeNode.QUERY && !this.#introspects && Number.isFinite(this.#maxAge);
    return {
      guards: this.#guards,
      typeGuards: this.#typeGuards,
      limited: [...this.#limited.values()],
      roots: this.#roots,
      maxAge: kept ? this.#maxAge : 0,
      private: this.#private,
      invalidations: this.#invalidations,
      introspects: this.#introspects,
    };
  }

  /** @param inherited the parent's age, for fields that take it; null at the root. */
  object(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    path: readonly string[],
    inherited: number | null,
  ): void {
    const what = `${type.name} ${selectionSets.map((set) => this.#number(set)).join()} ${inherited} ${path.join('.')}`;
    if (this.#walked.has(what)) return;
    if (this.#walked.size >= mostPlaces) throw new TooLarge();
    this.#walked.add(what);
    for (const field of collectFor(this.#context, type.name, selectionSets)) {
      if (field.name === '__typename') continue;
      const definition = type.getFields()[field.name];
      if (definition) this.#field(type, definition, field, [...path, field.key], inherited);
      else this.#introspects = true;
    }
  }

  #field(
    parent: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    field: CollectedField,
    path: readonly string[],
    inherited: number | null,
  ): void {
    const { guards, rateLimits, invalidations } = this.#rules;
    const coordinate = `${parent.name}.${field.name}`;
    if (inherited === null) this.#roots.push({ key: field.key, coordinate });
    const guard = guards.get(coordinate);
    if (guard) this.#guards.set(coordinate, guard);
    if (rateLimits.has(coordinate)) {
      const place = placeOf(coordinate, path);
      this.#limited.set(place, { coordinate, place });
    }
    for (const invalidation of invalidations.get(coordinate) ?? []) this.#invalidations.push({ field, invalidation });
    const maxAge = this.#age(coordinate, definition, inherited);
    const type = getNamedType(definition.type);
    if (!isCompositeType(type)) return;
    const selectionSets = field.nodes.flatMap((node) => node.selectionSet ?? []);
    if (isObjectType(type)) {
      this.object(type, selectionSets, path, maxAge);
      return;
    }
    for (const possible of this.#context.schema.getPossibleTypes(type)) {
      const typeGuard = this.#rules.typeGuards.get(possible.name);
      if (typeGuard) this.#typeGuards.set(possible.name, typeGuard);
      this.object(possible, selectionSets, path, maxAge);
    }
  }

  /** Notes how long a field may be kept; returns its age. */
  #age(coordinate: string, { type }: GraphQLField<unknown, unknown>, inherited: number | null): number {
    const named = getNamedType(type);
    const possible = isAbstractType(named) ? this.#context.schema.getPossibleTypes(named) : [];
    const kept = narrowedBy(
      this.#rules,
      coordinate,
      possible.map(({ name }) => name),
      fieldKept(this.#rules, coordinate, type, inherited, this.#defaultMaxAge),
    );
    this.#private ||= kept.private;
    this.#maxAge = Math.min(this.#maxAge, kept.maxAge);
    return kept.maxAge;
  }

  #number(set: SelectionSetNode): number {
    const number = this.#numbers.get(set) ?? this.#numbers.size;
    this.#numbers.set(set, number);
    return number;
  }
}
