// Requirements on callers, declared by `@authenticated`, `@requiresScopes` and `@policy`: of a field, all that its own
// directives, its type, its return type and the inputs that it is computed from declare.
import { type ConstDirectiveNode, type GraphQLField, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { type ComputedInputs, coordinatesRead } from './computed-inputs.ts';
import { directiveArguments } from './declared-directives.ts';
import { type FieldHolder, fieldIn, type SourceDirectives } from './source-directives.ts';

/** Requirements on the caller; without entries, every caller is allowed. */
export interface Requirement {
  authenticated: boolean;
  /** For every entry, the caller needs all scopes of one list. */
  scopes: readonly (readonly (readonly string[])[])[];
  policies: readonly (readonly (readonly string[])[])[];
}

/** Whether a requirement restricts callers at all. */
export function requiresAnything({ authenticated, scopes, policies }: Requirement): boolean {
  return authenticated || scopes.length > 0 || policies.length > 0;
}

export class RequirementReader {
  readonly #schema: GraphQLSchema;
  readonly #sources: readonly GraphQLSchema[];
  readonly #directives: SourceDirectives;
  readonly #inputs: ComputedInputs;
  readonly #report: (place: string, problem: string) => void;

  /**
   * @param schema the graph, as clients see it.
   * @param sources the subgraphs' schemas, whose fields may be hidden from clients.
   * @param inputs of computed fields.
   * @param report receives each invalid directive.
   */
  constructor(
    schema: GraphQLSchema,
    sources: readonly GraphQLSchema[],
    directives: SourceDirectives,
    inputs: ComputedInputs,
    report: (place: string, problem: string) => void,
  ) {
    this.#schema = schema;
    this.#sources = sources;
    this.#directives = directives;
    this.#inputs = inputs;
    this.#report = report;
  }

  /** The requirements of a type, with those of its interfaces. */
  ofType(type: FieldHolder): Requirement {
    return this.#read(type.name, this.#directives.onType(type));
  }

  /**
   * The requirements of a field: its own, those of its type, of its return type, and of its inputs if it is computed,
   * unless `@declassified` declares that callers may read it without them.
   */
  ofField(type: FieldHolder, field: GraphQLField<unknown, unknown>): Requirement {
    return this.#ofField(type, field, new Set());
  }

  #ofField(type: FieldHolder, field: GraphQLField<unknown, unknown>, visited: Set<string>): Requirement {
    const coordinate = `${type.name}.${field.name}`;
    visited.add(coordinate);
    const directives = this.#directives.onField(type, field);
    const own = this.#read(coordinate, [
      ...directives,
      ...this.#directives.onType(type),
      ...this.#directives.onReturned(field),
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
      return both(guard, this.#ofAny(holder, inputField, visited));
    }, own);
  }

  /** Requirements of an interface's field: those of the field in each implementing type. */
  #ofAny(holder: FieldHolder, field: GraphQLField<unknown, unknown>, visited: Set<string>): Requirement {
    const own = this.#ofField(holder, field, visited);
    if (!isInterfaceType(holder)) return own;
    return this.#schema.getPossibleTypes(holder).reduce((guard, type) => {
      const ofType = type.getFields()[field.name];
      return ofType && !visited.has(`${type.name}.${field.name}`)
        ? both(guard, this.#ofField(type, ofType, visited))
        : guard;
    }, own);
  }

  /** The type with a field: the graph's, or a source's where clients do not see the field. */
  #holderOf(typeName: string, fieldName: string): FieldHolder | undefined {
    for (const schema of [this.#schema, ...this.#sources]) {
      const type = schema.getType(typeName);
      if ((isObjectType(type) || isInterfaceType(type)) && type.getFields()[fieldName]) return type;
    }
    return undefined;
  }

  #read(place: string, directives: readonly ConstDirectiveNode[]): Requirement {
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
    const value = directiveArguments(node)[name];
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
}

/** All requirements of both. */
function both(one: Requirement, other: Requirement): Requirement {
  return {
    authenticated: one.authenticated || other.authenticated,
    scopes: distinct([...one.scopes, ...other.scopes]),
    policies: distinct([...one.policies, ...other.policies]),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
