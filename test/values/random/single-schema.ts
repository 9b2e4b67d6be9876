// One schema over the data of a random graph, without services: what the gateway's responses are compared with. Through
// a view it has the view's names.
import {
  buildASTSchema,
  type DocumentNode,
  type FieldDefinitionNode,
  type FormattedExecutionResult,
  type GraphQLSchema,
  Kind,
  type NameNode,
  parse,
  visit,
} from 'graphql';
import { executeRequest, preserveNumbers, type Request } from './execution.ts';
import type { Fixtures } from './fixtures.ts';
import { type Renames, renamedTo } from './model.ts';
import { sdlOf } from './sdl.ts';

export interface Whole {
  schema: GraphQLSchema;
  execute(request: Request): Promise<FormattedExecutionResult>;
}

export const noRenames: Renames = { types: {}, fields: {}, arguments: {} };

/** @param hidden coordinates of fields that are left out */
export function wholeOf(fixtures: Fixtures, renames: Renames, hidden: readonly string[] = []): Whole {
  const schema = preserveNumbers(buildASTSchema(renamed(parse(sdlOf(fixtures.graph)), renames, hidden)));
  const fields = inverted(renames.fields);
  const args = inverted(renames.arguments);
  return {
    schema,
    execute: (request) =>
      executeRequest(
        schema,
        request,
        (parent, viewField, viewArgs) => {
          const field = fields.get(parent.type)?.get(viewField) ?? viewField;
          const names = args.get(`${parent.type}.${field}`);
          const graphArgs = Object.entries(viewArgs).map(([name, value]) => [names?.get(name) ?? name, value]);
          return fixtures.value(parent, field, Object.fromEntries(graphArgs), false);
        },
        (type) => renamedTo(renames.types, type) ?? type,
      ),
  };
}

/** The view's name to the graph's, by what stands before it in the coordinate. */
function inverted(renames: Record<string, string>): Map<string, Map<string, string>> {
  const names = new Map<string, Map<string, string>>();
  for (const [coordinate, viewName] of Object.entries(renames)) {
    const [, owner, name] = /^(.*)[.(](\w+)(?::\))?$/.exec(coordinate) as unknown as [string, string, string];
    names.set(owner, (names.get(owner) ?? new Map()).set(viewName, name));
  }
  return names;
}

function renamed(document: DocumentNode, renames: Renames, hidden: readonly string[]): DocumentNode {
  const withName = <Node extends { name: NameNode }>(node: Node, name: string | undefined): Node =>
    name === undefined ? node : { ...node, name: { kind: Kind.NAME, value: name } };
  const fieldsOf = (type: string, fields: readonly FieldDefinitionNode[]) =>
    fields.flatMap((field) => {
      const coordinate = `${type}.${field.name.value}`;
      if (hidden.includes(coordinate)) return [];
      const args = field.arguments?.map((arg) => withName(arg, renames.arguments[`${coordinate}(${arg.name.value}:)`]));
      return withName({ ...field, ...(args && { arguments: args }) }, renames.fields[coordinate]);
    });
  const withFields: DocumentNode = visit(document, {
    [Kind.OBJECT_TYPE_DEFINITION]: (node) => ({ ...node, fields: fieldsOf(node.name.value, node.fields ?? []) }),
  });
  return visit(withFields, {
    [Kind.OBJECT_TYPE_DEFINITION]: (node) => withName(node, renamedTo(renames.types, node.name.value)),
    [Kind.INTERFACE_TYPE_DEFINITION]: (node) => withName(node, renamedTo(renames.types, node.name.value)),
    [Kind.UNION_TYPE_DEFINITION]: (node) => withName(node, renamedTo(renames.types, node.name.value)),
    [Kind.NAMED_TYPE]: (node) => withName(node, renamedTo(renames.types, node.name.value)),
  });
}
