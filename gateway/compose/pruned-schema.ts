// Pruned schema: without the types that clients cannot reach. `@graphql-tools/utils` makes every type anew to take some
// out; here the types stay as they are, since none that stays leads to one that goes.
import { pruneSchema } from '@graphql-tools/utils';
import {
  type GraphQLNamedType,
  GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { rootTypeNamesOf } from './root-types.ts';

/** @param published names of types that stay, with what they lead to, although nothing leads to them. */
export function withoutUnreachableTypes(schema: GraphQLSchema, published: ReadonlySet<string>): GraphQLSchema {
  const reached = new Reached(schema);
  for (const name of [...rootTypeNamesOf(schema), ...published]) reached.add(schema.getType(name));
  for (const directive of schema.getDirectives())
    for (const { type } of directive.args) reached.add(getNamedType(type));
  // Empty types take their fields with them, and those other types.
  if (!reached.follow()) return pruneSchema(schema, { skipPruning: ({ name }) => published.has(name) });
  const all = Object.values(schema.getTypeMap());
  const types = all.filter(
    (type) => reached.types.has(type) || isSpecifiedScalarType(type) || isIntrospectionType(type),
  );
  return types.length === all.length ? schema : new GraphQLSchema({ ...schema.toConfig(), types });
}

class Reached {
  readonly types = new Set<GraphQLNamedType>();
  readonly #schema: GraphQLSchema;
  /** Interfaces that fields return: objects of all types that implement them are reached. */
  readonly #returned = new Set<GraphQLNamedType>();
  readonly #implemented = new Set<GraphQLNamedType>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  add(type: GraphQLNamedType | undefined): void {
    if (type) this.types.add(type);
  }

  /** Adds all that the types lead to. False where one of them has no fields, no members or no objects. */
  follow(): boolean {
    // The set grows while it is walked.
    for (const type of this.types) if (!this.#followOne(type)) return false;
    return [...this.types].every((type) => !isInterfaceType(type) || this.#implemented.has(type));
  }

  #followOne(type: GraphQLNamedType): boolean {
    if (isUnionType(type)) {
      for (const member of type.getTypes()) this.types.add(member);
      return type.getTypes().length > 0;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      for (const field of fields) this.types.add(getNamedType(field.type));
      return fields.length > 0;
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return true;
    for (const each of type.getInterfaces()) {
      this.types.add(each);
      this.#implemented.add(each);
    }
    const fields = Object.values(type.getFields());
    for (const field of fields) {
      for (const argument of field.args) this.types.add(getNamedType(argument.type));
      this.#addReturned(getNamedType(field.type));
    }
    return fields.length > 0;
  }

  #addReturned(type: GraphQLNamedType): void {
    this.types.add(type);
    if (!isInterfaceType(type) || this.#returned.has(type)) return;
    this.#returned.add(type);
    const { objects, interfaces } = this.#schema.getImplementations(type);
    for (const each of [...objects, ...interfaces]) this.types.add(each);
  }
}
