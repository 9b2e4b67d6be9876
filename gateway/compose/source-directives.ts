// Source directives: those that any of the sources declares for a type or field of the graph. What an interface
// declares applies to its types as well. Stitching keeps only one definition of each type, so every source's own SDL is
// read.
import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { declaredDirectives } from './declared-directives.ts';

export type FieldHolder = GraphQLObjectType | GraphQLInterfaceType;

export class SourceDirectives {
  readonly #sources: readonly GraphQLSchema[];

  /** @param sources the subgraphs' schemas, with the nodes of their SDL. */
  constructor(sources: readonly GraphQLSchema[]) {
    this.#sources = sources;
  }

  /** Directives on the type, and on the interfaces it implements. */
  onType(type: GraphQLNamedType): ConstDirectiveNode[] {
    return this.#onTypes(withInterfaces(type));
  }

  /** Directives on the type itself. */
  onNamedType(name: string): ConstDirectiveNode[] {
    return this.#onTypes([name]);
  }

  /** Directives on the return type of a field, and on its interfaces. */
  onReturned(field: GraphQLField<unknown, unknown>): ConstDirectiveNode[] {
    return this.onType(getNamedType(field.type));
  }

  /** Directives on the field, and on the field in the type's interfaces. */
  onField(type: FieldHolder, { name }: GraphQLField<unknown, unknown>): ConstDirectiveNode[] {
    return this.#sources.flatMap((source) =>
      withInterfaces(type).flatMap((typeName) => declaredDirectives(fieldIn(source.getType(typeName), name))),
    );
  }

  #onTypes(names: readonly string[]): ConstDirectiveNode[] {
    return this.#sources.flatMap((source) => names.flatMap((name) => declaredDirectives(source.getType(name))));
  }
}

function withInterfaces(type: GraphQLNamedType): string[] {
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return [type.name, ...interfaces.map(({ name }) => name)];
}

export function fieldIn(type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}
