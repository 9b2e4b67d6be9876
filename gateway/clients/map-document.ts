// A client's document in the graph's names. Its answer has the client's own: what is asked under another name gets the
// client's response key as an alias.
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type NameNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { memberOf } from '../compose/parts.ts';
import type { AskedOtherwise, Names } from './names.ts';

/**
 * Maps documents that are valid for the view's schema. One walk, nothing of it where the view has the graph's names.
 *
 * The transforms that make the schema could map documents as well (`transformRequest`). They walk once for every transform,
 * and look names up in plain objects, where a field called `constructor` or `toString` finds what every object has.
 */
export function documentMapper(schema: GraphQLSchema, names: Names): (document: DocumentNode) => DocumentNode {
  const renamedTypes = new Map([...names.types].flatMap(([graph, view]) => (graph === view ? [] : [[view, graph]])));
  if (renamedTypes.size === 0 && names.otherwise.size === 0) return (document) => document;
  return (document) => {
    const typeInfo = new TypeInfo(schema);
    return visit(
      document,
      // Changed on the way out: on the way in, what is below would be looked up under the graph's name.
      visitWithTypeInfo(typeInfo, {
        [Kind.NAMED_TYPE]: {
          leave: (node: NamedTypeNode) => {
            const name = renamedTypes.get(node.name.value);
            return name === undefined ? undefined : { ...node, name: renamed(node.name, name) };
          },
        },
        [Kind.FIELD]: {
          leave: (node: FieldNode) => {
            const parent = typeInfo.getParentType();
            const graph = parent ? names.otherwise.get(memberOf(parent.name, node.name.value)) : undefined;
            return graph && askOtherwise(node, graph);
          },
        },
      }),
    );
  };
}

function askOtherwise(node: FieldNode, { name, arguments: changed }: AskedOtherwise): FieldNode {
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

/** Errors go on pointing to where the client wrote the name. */
function renamed(node: NameNode, value: string): NameNode {
  return { ...node, value };
}
