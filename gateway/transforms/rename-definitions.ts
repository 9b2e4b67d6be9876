// Renaming of a service's SDL to the graph's names, without the excluded elements. Stitching directives keep the
// service's names (see `compose/renames/merge-config.ts`).
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  isInputObjectType,
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
import { fieldIn } from '../compose/source-directives.ts';
import { ReferenceRenamer } from './rename-references.ts';

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
  readonly #references: ReferenceRenamer;

  constructor(schema: GraphQLSchema, visible: ReadonlySet<string>, names: Names) {
    this.#schema = schema;
    this.#visible = visible;
    this.#references = new ReferenceRenamer(schema, names);
  }

  definition(node: DefinitionNode): DefinitionNode | [] {
    if (node.kind === Kind.DIRECTIVE_DEFINITION) {
      const args = this.#schema.getDirective(node.name.value)?.args ?? [];
      return this.#types({ ...node, arguments: node.arguments?.map((argument) => this.#default(argument, args)) });
    }
    if (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION)
      return this.#references.directives(node);
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
              ? [{ ...this.#references.directives(value), name: this.#name(value.name, coordinate) }]
              : [];
          }),
        };
      default:
        return shared;
    }
  }

  #field(type: string, node: FieldDefinitionNode): FieldDefinitionNode[] {
    const coordinate = memberCoordinate(type, node.name.value);
    const field = fieldIn(this.#schema.getType(type), node.name.value);
    if (!this.#visible.has(coordinate) || !field) return [];
    const args = node.arguments?.flatMap((argument) => {
      const ofArgument = argumentCoordinate(type, node.name.value, argument.name.value);
      if (!this.#visible.has(ofArgument)) return [];
      return [{ ...this.#default(argument, field.args), name: this.#name(argument.name, ofArgument) }];
    });
    return [
      {
        ...this.#references.directives(node, { type, field }),
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

  #default(
    node: InputValueDefinitionNode,
    described: readonly Pick<GraphQLArgument, 'name' | 'type'>[],
  ): InputValueDefinitionNode {
    const type = described.find(({ name }) => name === node.name.value)?.type;
    const shared = this.#references.directives(node);
    return type && node.defaultValue
      ? { ...shared, defaultValue: this.#references.literal(node.defaultValue, type) }
      : shared;
  }

  /** Renames references to types. */
  #types<Node extends DefinitionNode>(node: Node): Node {
    return visit(node, {
      [Kind.NAMED_TYPE]: (named: NamedTypeNode) => ({ ...named, name: this.#name(named.name, named.name.value) }),
    });
  }

  #named<Node extends { readonly name: NameNode; readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
    coordinate: string,
  ): Node {
    return { ...this.#references.directives(node), name: this.#name(node.name, coordinate) };
  }

  #name(node: NameNode, coordinate: string): NameNode {
    return { ...node, value: this.#references.lastName(coordinate, node.value) };
  }
}
