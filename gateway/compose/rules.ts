// Rules of the graph, declared by directives in the subgraphs' SDL: authorization, rate limits, cache hints and
// invalidation of fields and types. Read once in each composition, from every subgraph's own SDL: stitching keeps only
// one definition of each type, and a rule of another one must be enforced as well. Of several rules, the strictest one
// applies.
import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { MAX_RATE_LIMIT, MAX_WINDOW_SECONDS } from '../config/rate-limits.ts';
import { ComposeError } from './compose-error.ts';
import { type ComputedInputs, coordinatesRead } from './computed-inputs.ts';

/** Requirements on the caller; without entries, every caller is allowed. */
export interface Requirement {
  authenticated: boolean;
  /** For every entry, the caller needs all scopes of one list. */
  scopes: readonly (readonly (readonly string[])[])[];
  policies: readonly (readonly (readonly string[])[])[];
}

export interface RateLimit {
  limit: number;
  /** Seconds. */
  duration: number;
}

export interface CacheHint {
  /** Seconds. */
  maxAge?: number;
  scope?: 'PUBLIC' | 'PRIVATE';
  inheritMaxAge?: boolean;
}

export interface Invalidation {
  type: string;
  /** Path to an argument of the mutation, such as `input.id`; null for all objects of the type. */
  id: readonly string[] | null;
}

/** By coordinate `Type.field` of object types, or by type name. Rules of an interface apply to its types. */
export interface Rules {
  fieldRequirements: ReadonlyMap<string, Requirement>;
  /** Of object types, for objects that interface and union fields return. */
  typeRequirements: ReadonlyMap<string, Requirement>;
  rateLimits: ReadonlyMap<string, RateLimit>;
  fieldHints: ReadonlyMap<string, CacheHint>;
  /** Of every composite type. */
  typeHints: ReadonlyMap<string, CacheHint>;
  invalidations: ReadonlyMap<string, readonly Invalidation[]>;
}

type Described = { astNode?: object | null | undefined; extensionASTNodes?: readonly object[] };

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

/** Whether a requirement restricts callers at all. */
export function requiresAnything({ authenticated, scopes, policies }: Requirement): boolean {
  return authenticated || scopes.length > 0 || policies.length > 0;
}

class RuleReader {
  readonly #schema: GraphQLSchema;
  readonly #sources: readonly GraphQLSchema[];
  readonly #problems: string[] = [];

  readonly #inputs: ComputedInputs;

  constructor(schema: GraphQLSchema, sources: readonly GraphQLSchema[], inputs: ComputedInputs) {
    this.#schema = schema;
    this.#sources = sources;
    this.#inputs = inputs;
  }

  read(): Rules {
    const fieldRequirements = new Map<string, Requirement>();
    const typeRequirements = new Map<string, Requirement>();
    const rateLimits = new Map<string, RateLimit>();
    const fieldHints = new Map<string, CacheHint>();
    const typeHints = new Map<string, CacheHint>();
    const invalidations = new Map<string, Invalidation[]>();
    for (const type of Object.values(this.#schema.getTypeMap())) {
      if (isIntrospectionType(type)) continue;
      const declaring = isObjectType(type) ? this.#withInterfaces(type) : [type.name];
      const hint = hintOf(this.#onTypes(declaring), (problem) => this.#report(type.name, problem));
      if (hint) typeHints.set(type.name, hint);
      if (!isObjectType(type)) continue;
      const ofType = this.#requirement(type.name, this.#onTypes(this.#withInterfaces(type)));
      if (requiresAnything(ofType)) typeRequirements.set(type.name, ofType);
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        const declared = this.#onField(type, field);
        const guard = this.#requirementOf(type, field, new Set());
        if (requiresAnything(guard)) fieldRequirements.set(coordinate, guard);
        const limit = this.#rateLimit(coordinate, declared);
        if (limit) rateLimits.set(coordinate, limit);
        const fieldHint = hintOf(declared, (problem) => this.#report(coordinate, problem));
        if (fieldHint) fieldHints.set(coordinate, fieldHint);
        const changed = this.#invalidations(coordinate, type, field, declared);
        if (changed.length > 0) invalidations.set(coordinate, changed);
      }
    }
    if (this.#problems.length > 0) throw new ComposeError([...new Set(this.#problems)]);
    return { fieldRequirements, typeRequirements, rateLimits, fieldHints, typeHints, invalidations };
  }

  /**
   * The requirements of a field: its own, those of its type, of its return type, and of its inputs if it is computed,
   * unless `@declassified` declares that callers may read it without them.
   */
  #requirementOf(
    type: GraphQLObjectType | GraphQLInterfaceType,
    field: GraphQLField<unknown, unknown>,
    visited: Set<string>,
  ): Requirement {
    const coordinate = `${type.name}.${field.name}`;
    visited.add(coordinate);
    const directives = this.#onField(type, field);
    const own = this.#requirement(coordinate, [
      ...directives,
      ...this.#onTypes(this.#withInterfaces(type)),
      ...this.#onTypes(this.#given(field)),
    ]);
    const selections = this.#inputs.get(coordinate) ?? [];
    if (selections.length === 0 || directives.some(({ name }) => name.value === 'declassified')) return own;
    const fieldNamed = (holder: string, name: string) => fieldIn(this.#holderOf(holder, name), name);
    const read = selections.flatMap((selection) => coordinatesRead(type.name, selection, fieldNamed));
    return read.reduce((guard, input) => {
      const [typeName = '', fieldName = ''] = input.split('.');
      const holder = this.#holderOf(typeName, fieldName);
      const inputField = fieldIn(holder, fieldName);
      if (visited.has(input) || !holder || !inputField) return guard;
      return both(guard, this.#requirementOfAny(holder, inputField, visited));
    }, own);
  }

  /** Requirements of an interface's field: those of the field in each implementing type. */
  #requirementOfAny(
    holder: GraphQLObjectType | GraphQLInterfaceType,
    field: GraphQLField<unknown, unknown>,
    visited: Set<string>,
  ): Requirement {
    const own = this.#requirementOf(holder, field, visited);
    if (!isInterfaceType(holder)) return own;
    return this.#schema.getPossibleTypes(holder).reduce((guard, type) => {
      const ofType = type.getFields()[field.name];
      return ofType && !visited.has(`${type.name}.${field.name}`)
        ? both(guard, this.#requirementOf(type, ofType, visited))
        : guard;
    }, own);
  }

  /** The type with a field: the graph's, or a source's where clients do not see the field. */
  #holderOf(typeName: string, fieldName: string): GraphQLObjectType | GraphQLInterfaceType | undefined {
    for (const schema of [this.#schema, ...this.#sources]) {
      const type = schema.getType(typeName);
      if ((isObjectType(type) || isInterfaceType(type)) && type.getFields()[fieldName]) return type;
    }
    return undefined;
  }

  /** A type and the interfaces it implements. */
  #withInterfaces(type: GraphQLObjectType | GraphQLInterfaceType): string[] {
    return [type.name, ...type.getInterfaces().map(({ name }) => name)];
  }

  /** The return type of a field, with its interfaces. */
  #given(field: GraphQLField<unknown, unknown>): string[] {
    const type = getNamedType(field.type);
    return isObjectType(type) || isInterfaceType(type) ? this.#withInterfaces(type) : [type.name];
  }

  #onTypes(names: readonly string[]): ConstDirectiveNode[] {
    return this.#sources.flatMap((source) => names.flatMap((name) => directivesOf(source.getType(name))));
  }

  /** Directives on the field, and on the field in the type's interfaces. */
  #onField(
    type: GraphQLObjectType | GraphQLInterfaceType,
    { name }: GraphQLField<unknown, unknown>,
  ): ConstDirectiveNode[] {
    return this.#sources.flatMap((source) =>
      this.#withInterfaces(type).flatMap((typeName) => directivesOf(fieldIn(source.getType(typeName), name))),
    );
  }

  #requirement(place: string, directives: readonly ConstDirectiveNode[]): Requirement {
    const named = (name: string, argument: string) =>
      distinct(
        directives
          .filter((directive) => directive.name.value === name)
          .map((directive) => this.#listOfLists(place, name, argument, directive)),
      );
    return {
      authenticated: directives.some((directive) => directive.name.value === 'authenticated'),
      scopes: named('requiresScopes', 'scopes'),
      policies: named('policy', 'policies'),
    };
  }

  #listOfLists(place: string, directive: string, name: string, node: ConstDirectiveNode): string[][] {
    const value = argumentsOf(node)[name];
    const outer = Array.isArray(value) ? value : [value];
    const lists = outer.map((inner) => (Array.isArray(inner) ? inner : [inner]));
    const isEmpty = lists.length === 0 || lists.some((list) => list.length === 0);
    // An empty list would allow every caller.
    if (isEmpty || lists.flat().some((text) => typeof text !== 'string' || text === '')) {
      this.#report(
        place,
        `@${directive}(${name}:) requires at least one list of names, such as ` +
          `[["${directive === 'policy' ? 'owner' : 'orders:read'}"]]`,
      );
    }
    return lists;
  }

  #rateLimit(coordinate: string, directives: readonly ConstDirectiveNode[]): RateLimit | undefined {
    const limits = directives
      .filter((directive) => directive.name.value === 'rateLimit')
      .map((directive) => {
        const { limit = 60, duration = 60 } = argumentsOf(directive) as unknown as Partial<RateLimit>;
        if (!isWhole(limit, 1, MAX_RATE_LIMIT) || !isWhole(duration, 1, MAX_WINDOW_SECONDS)) {
          this.#report(
            coordinate,
            `@rateLimit requires limit (1 to ${MAX_RATE_LIMIT}) and duration (1 to ${MAX_WINDOW_SECONDS} ` +
              'seconds) as whole numbers',
          );
        }
        return { limit, duration };
      });
    return limits.sort((one, other) => one.limit / one.duration - other.limit / other.duration)[0];
  }

  #invalidations(
    coordinate: string,
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    directives: readonly ConstDirectiveNode[],
  ): Invalidation[] {
    return directives
      .filter((directive) => directive.name.value === 'invalidates')
      .map((directive) => {
        const { type: changed, id } = argumentsOf(directive) as { type?: string; id?: string };
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

/** The shortest age and the narrowest scope of all hints. */
function hintOf(directives: readonly ConstDirectiveNode[], report: (problem: string) => void): CacheHint | undefined {
  const hints = directives
    .filter((directive) => directive.name.value === 'cacheControl')
    .map((directive) => argumentsOf(directive) as CacheHint);
  if (hints.length === 0) return undefined;
  const ages = hints.flatMap(({ maxAge }) => (maxAge === undefined || maxAge === null ? [] : [maxAge]));
  if (ages.some((age) => !isWhole(age, 0))) report('@cacheControl requires maxAge (seconds) as a whole number');
  const scopes = hints.flatMap(({ scope }) => scope ?? []);
  return {
    ...(ages.length > 0 && { maxAge: Math.min(...ages) }),
    ...(scopes.length > 0 && { scope: scopes.includes('PRIVATE') ? 'PRIVATE' : 'PUBLIC' }),
    ...(hints.some(({ inheritMaxAge }) => inheritMaxAge) && { inheritMaxAge: true }),
  };
}

/** All requirements of both. */
function both(one: Requirement, other: Requirement): Requirement {
  return {
    authenticated: one.authenticated || other.authenticated,
    scopes: distinct([...one.scopes, ...other.scopes]),
    policies: distinct([...one.policies, ...other.policies]),
  };
}

function fieldIn(type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function directivesOf(described: Described | undefined): ConstDirectiveNode[] {
  const nodes = [described?.astNode, ...(described?.extensionASTNodes ?? [])];
  return nodes.flatMap((node) => (node as { directives?: ConstDirectiveNode[] } | null | undefined)?.directives ?? []);
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function isWhole(value: unknown, minimum: number, maximum = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum;
}
