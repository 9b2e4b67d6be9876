// Renaming of documents. Response keys stay: a renamed field gets the outer response key as an alias.
import {
  type ArgumentNode,
  type DocumentNode,
  type EnumValueNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  Kind,
  type NamedTypeNode,
  type NameNode,
  type ObjectFieldNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { memberCoordinate } from '../schema-elements.ts';
import { isEmpty, type RenamedField, type Renames } from './renames.ts';

export type DocumentMapper = (document: DocumentNode) => DocumentNode;

/**
 * Maps documents that are valid for the outer schema, in one traversal, or none where no name differs.
 *
 * The transforms of `@graphql-tools/wrap` could map documents as well (`transformRequest`). They traverse once for
 * every transform, and look names up in plain objects, where a field called `constructor` or `toString` finds an
 * inherited member.
 *
 * @param schema the outer schema.
 */
export function documentMapper(schema: GraphQLSchema, renames: Renames): DocumentMapper {
  if (isEmpty(renames)) return (document) => document;
  const { types, fields, inputFields, values } = renames;
  return (document) => {
    const typeInfo = new TypeInfo(schema);
    return visit(
      document,
      // Changed on leave: on enter, TypeInfo would look up the children under the inner name.
      visitWithTypeInfo(typeInfo, {
        [Kind.NAMED_TYPE]: {
          leave: (node: NamedTypeNode) => {
            const name = types.get(node.name.value);
            return name === undefined ? undefined : { ...node, name: renamed(node.name, name) };
          },
        },
        [Kind.FIELD]: {
          leave: (node: FieldNode) => {
            const parent = typeInfo.getParentType();
            const inner = parent ? fields.get(memberCoordinate(parent.name, node.name.value)) : undefined;
            return inner && renameField(node, inner);
          },
        },
        [Kind.OBJECT_FIELD]: {
          leave: (node: ObjectFieldNode) => {
            const parent = getNamedType(typeInfo.getParentInputType());
            const name = parent ? inputFields.get(memberCoordinate(parent.name, node.name.value)) : undefined;
            return name === undefined ? undefined : { ...node, name: renamed(node.name, name) };
          },
        },
        [Kind.ENUM]: {
          leave: (node: EnumValueNode) => {
            const type = getNamedType(typeInfo.getInputType());
            const value = type ? values.get(type.name)?.get(node.value) : undefined;
            return value === undefined ? undefined : { ...node, value };
          },
        },
      }),
    );
  };
}

function renameField(node: FieldNode, { name, arguments: changed }: RenamedField): FieldNode {
  return {
    ...node,
    ...(name !== node.name.value && { alias: node.alias ?? node.name, name: renamed(node.name, name) }),
    ...(node.arguments && { arguments: node.arguments.map((argument) => renameArgument(argument, changed)) }),
  };
}

function renameArgument(argument: ArgumentNode, changed: ReadonlyMap<string, string>): ArgumentNode {
  const name = changed.get(argument.name.value);
  return name === undefined ? argument : { ...argument, name: renamed(argument.name, name) };
}

/** The location stays that of the outer name, for errors. */
function renamed(node: NameNode, value: string): NameNode {
  return { ...node, value };
}
