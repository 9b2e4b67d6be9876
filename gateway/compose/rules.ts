// Rules of the graph, declared by directives in the subgraphs' SDL: authorization, rate limits, cache hints and
// invalidation of fields and types. Read once in each composition, from every subgraph's own SDL. Of several rules, the
// strictest one applies.
import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { type CacheHint, type CacheHints, readCacheHint } from './cache-hints.ts';
import { ComposeError } from './compose-error.ts';
import type { ComputedInputs } from './computed-inputs.ts';
import { directiveArguments } from './declared-directives.ts';
import { type RateLimit, rateLimitsOf } from './rate-limit-rules.ts';
import { type Requirement, RequirementReader, requiresAnything } from './requirements.ts';
import { SourceDirectives } from './source-directives.ts';

export interface Invalidation {
  type: string;
  /** Path to an argument of the mutation, such as `input.id`; null for all objects of the type. */
  id: readonly string[] | null;
}

/** By coordinate `Type.field` of object types, or by type name. Rules of an interface apply to its types. */
export interface Rules extends CacheHints {
  fieldRequirements: ReadonlyMap<string, Requirement>;
  /** Of object types, for objects that interface and union fields return. */
  typeRequirements: ReadonlyMap<string, Requirement>;
  rateLimits: ReadonlyMap<string, readonly RateLimit[]>;
  invalidations: ReadonlyMap<string, readonly Invalidation[]>;
}

/**
 * @param schema the graph, as clients see it.
 * @param sources the subgraphs' schemas, with the nodes of their SDL.
 * @param inputs of computed fields: a computed field has the requirements of its inputs as well.
 * @throws ComposeError for invalid directives.
 */
export function readRules(
  schema: GraphQLSchema,
  sources: readonly GraphQLSchema[],
  inputs: ComputedInputs = new Map(),
): Rules {
  return new RuleReader(schema, sources, inputs).read();
}

/**
 * Object types; and interfaces without any, whose objects a subgraph returns without their types (`@interfaceObject`).
 */
function holdsRules(schema: GraphQLSchema, type: GraphQLNamedType): type is GraphQLObjectType | GraphQLInterfaceType {
  return isObjectType(type) || (isInterfaceType(type) && schema.getPossibleTypes(type).length === 0);
}

class RuleReader {
  readonly #schema: GraphQLSchema;
  readonly #directives: SourceDirectives;
  readonly #requirements: RequirementReader;
  readonly #problems: string[] = [];

  constructor(schema: GraphQLSchema, sources: readonly GraphQLSchema[], inputs: ComputedInputs) {
    this.#schema = schema;
    this.#directives = new SourceDirectives(sources);
    this.#requirements = new RequirementReader(schema, sources, this.#directives, inputs, (place, problem) =>
      this.#report(place, problem),
    );
  }

  read(): Rules {
    const fieldRequirements = new Map<string, Requirement>();
    const typeRequirements = new Map<string, Requirement>();
    const rateLimits = new Map<string, readonly RateLimit[]>();
    const fieldHints = new Map<string, CacheHint>();
    const typeHints = new Map<string, CacheHint>();
    const invalidations = new Map<string, Invalidation[]>();
    for (const type of Object.values(this.#schema.getTypeMap())) {
      if (isIntrospectionType(type)) continue;
      const onType = isObjectType(type) ? this.#directives.onType(type) : this.#directives.onNamedType(type.name);
      const hint = readCacheHint(onType, (problem) => this.#report(type.name, problem));
      if (hint) typeHints.set(type.name, hint);
      if (!holdsRules(this.#schema, type)) continue;
      const ofType = this.#requirements.ofType(type);
      if (requiresAnything(ofType)) typeRequirements.set(type.name, ofType);
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        const declared = this.#directives.onField(type, field);
        const guard = this.#requirements.ofField(type, field);
        if (requiresAnything(guard)) fieldRequirements.set(coordinate, guard);
        const limits = rateLimitsOf(field, declared, (problem) => this.#report(coordinate, problem));
        if (limits.length > 0) rateLimits.set(coordinate, limits);
        const fieldHint = readCacheHint(declared, (problem) => this.#report(coordinate, problem));
        if (fieldHint) fieldHints.set(coordinate, fieldHint);
        const changed = this.#invalidations(coordinate, type, field, declared);
        if (changed.length > 0) invalidations.set(coordinate, changed);
      }
    }
    if (this.#problems.length > 0) throw new ComposeError([...new Set(this.#problems)]);
    return { fieldRequirements, typeRequirements, rateLimits, fieldHints, typeHints, invalidations };
  }

  #invalidations(
    coordinate: string,
    type: GraphQLNamedType,
    field: GraphQLField<unknown, unknown>,
    directives: readonly ConstDirectiveNode[],
  ): Invalidation[] {
    return directives
      .filter((directive) => directive.name.value === 'invalidates')
      .map((directive) => {
        const { type: changed, id } = directiveArguments(directive) as { type?: string; id?: string };
        const path = id?.split('.') ?? null;
        if (type !== this.#schema.getMutationType()) this.#report(coordinate, '@invalidates is for fields of Mutation');
        if (!isObjectType(this.#schema.getType(changed ?? ''))) {
          this.#report(coordinate, `@invalidates(type: "${changed}") names no object type of the graph`);
        }
        if (path && !field.args.some(({ name }) => name === path[0])) {
          this.#report(coordinate, `@invalidates(id: "${id}") starts at no argument of the field`);
        }
        return { type: changed ?? '', id: path };
      });
  }

  #report(place: string, problem: string): void {
    this.#problems.push(`${place}: ${problem}`);
  }
}
