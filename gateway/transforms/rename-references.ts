// References to renamed elements in SDL: enum values and input fields in default values and directive arguments, and
// paths of arguments and fields in the directives of rules.
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type GraphQLField,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  Kind,
} from 'graphql';
import type { Names } from '../client-views/names.ts';
import { argumentCoordinate, memberCoordinate } from '../compose/schema-elements.ts';
import { fieldIn } from '../compose/source-directives.ts';

export class ReferenceRenamer {
  readonly #schema: GraphQLSchema;
  readonly #names: Names;

  /** @param schema the service's, in its own names. */
  constructor(schema: GraphQLSchema, names: Names) {
    this.#schema = schema;
    this.#names = names;
  }

  /** Renames what the directives of a node refer to. @param on the field that they are on, if it is one. */
  directives<Node extends { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
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
    if (node.name.value === 'invalidates') return change({ type: (text) => this.lastName(text), id: path });
    if (node.name.value === 'rateLimit') return change({ identityArgs: path, arrayLengthField: path });
    if (node.name.value === 'listSize') {
      const sized = (text: string) => (on ? this.#fieldPath(getNamedType(on.field.type).name, text) : text);
      return change({ slicingArguments: path, sizedFields: sized });
    }
    if (node.name.value === 'fallback' && on) {
      const { type } = on.field;
      return {
        ...node,
        arguments: node.arguments?.map((argument) => ({ ...argument, value: this.literal(argument.value, type) })),
      };
    }
    const definition = this.#schema.getDirective(node.name.value);
    return {
      ...node,
      arguments: node.arguments?.map((argument) => {
        const type = definition?.args.find(({ name }) => name === argument.name.value)?.type;
        return type ? { ...argument, value: this.literal(argument.value, type) } : argument;
      }),
    };
  }

  /** Renames a path such as `input.id`: an argument, then fields of inputs. */
  #argumentPath(type: string, field: GraphQLField<unknown, unknown>, text: string): string {
    const [first = '', ...rest] = text.split('.');
    let input: unknown = getNamedType(field.args.find(({ name }) => name === first)?.type);
    const names = [this.lastName(argumentCoordinate(type, field.name, first), first)];
    for (const name of rest) {
      if (!isInputObjectType(input)) names.push(name);
      else {
        names.push(this.lastName(memberCoordinate(input.name, name), name));
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
        const renamed = this.lastName(memberCoordinate(type, name), name);
        const field = fieldIn(this.#schema.getType(type), name);
        if (field) type = getNamedType(field.type).name;
        return renamed;
      })
      .join('.');
  }

  /** Renames enum values and input fields in a literal of a type. */
  literal(node: ConstValueNode, type: GraphQLType): ConstValueNode {
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return node.kind === Kind.LIST
        ? { ...node, values: node.values.map((value) => this.literal(value, nullable.ofType)) }
        : this.literal(node, nullable.ofType);
    }
    if (isEnumType(nullable) && node.kind === Kind.ENUM) {
      return { ...node, value: this.lastName(memberCoordinate(nullable.name, node.value), node.value) };
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
              name: {
                ...field.name,
                value: this.lastName(memberCoordinate(nullable.name, field.name.value), field.name.value),
              },
              value: this.literal(field.value, known.type),
            }
          : field;
      }),
    };
  }

  /** The last name of a coordinate, in the graph's names. */
  lastName(coordinate: string, plain = coordinate): string {
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
