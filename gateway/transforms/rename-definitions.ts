// Renaming of a service's SDL to the graph's names, without the excluded elements: definitions, default values, and
// references in directive arguments. Stitching directives keep the service's names (see
// `compose/renames/merge-config.ts`).
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type InputValueDefinitionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NamedTypeNode,
  type NameNode,
  visit,
} from 'graphql';
import type { Names } from '../client-views/names.ts';
import { argumentCoordinate, memberCoordinate } from '../compose/schema-elements.ts';
import { ownDefinitions } from '../compose/sdl.ts';

/**
 * @param schema built from the document.
 * @param visible coordinates in the service's names.
 */
export function renameDefinitions(
  document: DocumentNode,
  schema: GraphQLSchema,
  visible: ReadonlySet<string>,
  names: Names,
): DocumentNode {
  const renamer = new DefinitionRenamer(schema, visible, names);
  return { ...document, definitions: document.definitions.flatMap((node) => renamer.definition(node)) };
}

class DefinitionRenamer {
  readonly #schema: GraphQLSchema;
  readonly #visible: ReadonlySet<string>;
  readonly #names: Names;

  constructor(schema: GraphQLSchema, visible: ReadonlySet<string>, names: Names) {
    this.#schema = schema;
    this.#visible = visible;
    this.#names = names;
  }

  definition(node: DefinitionNode): DefinitionNode | [] {
    if (node.kind === Kind.DIRECTIVE_DEFINITION) {
      const args = this.#schema.getDirective(node.name.value)?.args ?? [];
      return this.#types({ ...node, arguments: node.arguments?.map((argument) => this.#default(argument, args)) });
    }
    if (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) return this.#directives(node);
    if (!isTypeDefinitionNode(node) && !isTypeExtensionNode(node)) return node;
    const type = node.name.value;
    if (ownDefinitions.has(type)) return node;
    if (!this.#visible.has(type)) return [];
    const shared = this.#named(node, type);
    switch (shared.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION:
        return this.#types({
          ...shared,
          interfaces: shared.interfaces?.filter(({ name }) => this.#visible.has(name.value)),
          fields: shared.fields?.flatMap((field) => this.#field(type, field)),
        });
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.UNION_TYPE_EXTENSION:
        return this.#types({ ...shared, types: shared.types?.filter(({ name }) => this.#visible.has(name.value)) });
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      case Kind.INPUT_OBJECT_TYPE_EXTENSION:
        return this.#types({ ...shared, fields: shared.fields?.flatMap((field) => this.#inputField(type, field)) });
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_EXTENSION:
        return {
          ...shared,
          values: shared.values?.flatMap((value) => {
            const coordinate = memberCoordinate(type, value.name.value);
            return this.#visible.has(coordinate)
              ? [{ ...this.#directives(value), name: this.#name(value.name, coordinate) }]
              : [];
          }),
        };
      default:
        return shared;
    }
  }

  #field(type: string, node: FieldDefinitionNode): FieldDefinitionNode[] {
    const coordinate = memberCoordinate(type, node.name.value);
    const field = this.#fieldOf(type, node.name.value);
    if (!this.#visible.has(coordinate) || !field) return [];
    const args = node.arguments?.flatMap((argument) => {
      const ofArgument = argumentCoordinate(type, node.name.value, argument.name.value);
      if (!this.#visible.has(ofArgument)) return [];
      return [{ ...this.#default(argument, field.args), name: this.#name(argument.name, ofArgument) }];
    });
    return [
      {
        ...this.#directives(node, { type, field }),
        name: this.#name(node.name, coordinate),
        ...(args && { arguments: args }),
      },
    ];
  }

  #inputField(type: string, node: InputValueDefinitionNode): InputValueDefinitionNode[] {
    const coordinate = memberCoordinate(type, node.name.value);
    const input = this.#schema.getType(type);
    if (!this.#visible.has(coordinate) || !isInputObjectType(input)) return [];
    const fields = Object.values(input.getFields());
    return [{ ...this.#default(node, fields), name: this.#name(node.name, coordinate) }];
  }

  #fieldOf(typeName: string, field: string): GraphQLField<unknown, unknown> | undefined {
    const type = this.#schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
  }

  #default(
    node: InputValueDefinitionNode,
    described: readonly Pick<GraphQLArgument, 'name' | 'type'>[],
  ): InputValueDefinitionNode {
    const type = described.find(({ name }) => name === node.name.value)?.type;
    const shared = this.#directives(node);
    return type && node.defaultValue ? { ...shared, defaultValue: this.#literal(node.defaultValue, type) } : shared;
  }

  /** Renames references to types. */
  #types<Node extends DefinitionNode>(node: Node): Node {
    return visit(node, {
      [Kind.NAMED_TYPE]: (named: NamedTypeNode) => ({ ...named, name: this.#name(named.name, named.name.value) }),
    });
  }

  #directives<Node extends { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
    on?: { type: string; field: GraphQLField<unknown, unknown> },
  ): Node {
    if (!node.directives?.length) return node;
    return { ...node, directives: node.directives.map((directive) => this.#directive(directive, on)) };
  }

  #directive(
    node: ConstDirectiveNode,
    on: { type: string; field: GraphQLField<unknown, unknown> } | undefined,
  ): ConstDirectiveNode {
    const change = (texts: Readonly<Record<string, (text: string) => string>>) => ({
      ...node,
      arguments: node.arguments?.map((argument) => renameTexts(argument, texts[argument.name.value])),
    });
    const path = (text: string) => (on ? this.#argumentPath(on.type, on.field, text) : text);
    if (node.name.value === 'invalidates') return change({ type: (text) => this.#lastName(text), id: path });
    if (node.name.value === 'rateLimit') return change({ identityArgs: path, arrayLengthField: path });
    if (node.name.value === 'listSize') {
      const sized = (text: string) => (on ? this.#fieldPath(getNamedType(on.field.type).name, text) : text);
      return change({ slicingArguments: path, sizedFields: sized });
    }
    const definition = this.#schema.getDirective(node.name.value);
    return {
      ...node,
      arguments: node.arguments?.map((argument) => {
        const type = definition?.args.find(({ name }) => name === argument.name.value)?.type;
        return type ? { ...argument, value: this.#literal(argument.value, type) } : argument;
      }),
    };
  }

  /** Renames a path such as `input.id`: an argument, then fields of inputs. */
  #argumentPath(type: string, field: GraphQLField<unknown, unknown>, text: string): string {
    const [first = '', ...rest] = text.split('.');
    let input: unknown = getNamedType(field.args.find(({ name }) => name === first)?.type);
    const names = [this.#lastName(argumentCoordinate(type, field.name, first), first)];
    for (const name of rest) {
      if (!isInputObjectType(input)) names.push(name);
      else {
        names.push(this.#lastName(memberCoordinate(input.name, name), name));
        input = getNamedType(input.getFields()[name]?.type);
      }
    }
    return names.join('.');
  }

  /** Renames a path such as `page.edges`: fields, each of the type that the one before returns. */
  #fieldPath(typeName: string, text: string): string {
    let type = typeName;
    return text
      .split('.')
      .map((name) => {
        const renamed = this.#lastName(memberCoordinate(type, name), name);
        const field = this.#fieldOf(type, name);
        if (field) type = getNamedType(field.type).name;
        return renamed;
      })
      .join('.');
  }

  #literal(node: ConstValueNode, type: GraphQLInputType): ConstValueNode {
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return node.kind === Kind.LIST
        ? { ...node, values: node.values.map((value) => this.#literal(value, nullable.ofType)) }
        : this.#literal(node, nullable.ofType);
    }
    if (isEnumType(nullable) && node.kind === Kind.ENUM) {
      return { ...node, value: this.#lastName(memberCoordinate(nullable.name, node.value), node.value) };
    }
    if (!isInputObjectType(nullable) || node.kind !== Kind.OBJECT) return node;
    const described = nullable.getFields();
    return {
      ...node,
      fields: node.fields.map((field) => {
        const known = described[field.name.value];
        return known
          ? {
              ...field,
              name: this.#name(field.name, memberCoordinate(nullable.name, field.name.value)),
              value: this.#literal(field.value, known.type),
            }
          : field;
      }),
    };
  }

  #named<Node extends { readonly name: NameNode; readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
    coordinate: string,
  ): Node {
    return { ...this.#directives(node), name: this.#name(node.name, coordinate) };
  }

  #name(node: NameNode, coordinate: string): NameNode {
    return { ...node, value: this.#lastName(coordinate, node.value) };
  }

  /** The last name of a coordinate, in the graph's names. */
  #lastName(coordinate: string, plain = coordinate): string {
    const { types, members } = this.#names;
    const renamed = types.get(coordinate) ?? members.get(coordinate);
    return (renamed && /(\w+):?\)?$/.exec(renamed)?.[1]) ?? plain;
  }
}

/** Renames texts in a directive's argument, and in lists of them. */
function renameTexts(argument: ConstArgumentNode, rename: ((text: string) => string) | undefined): ConstArgumentNode {
  const change = (value: ConstValueNode): ConstValueNode => {
    if (value.kind === Kind.LIST) return { ...value, values: value.values.map(change) };
    return value.kind === Kind.STRING && rename ? { ...value, value: rename(value.value) } : value;
  };
  return { ...argument, value: change(argument.value) };
}
