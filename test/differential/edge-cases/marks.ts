// Directive of the edge-case graph's services, `@marked`: a field with it has other values than one without, and others
// for other arguments.
import { type GraphQLResolveInfo, type GraphQLSchema, getDirectiveValues } from 'graphql';

/** A field's arguments, with those of its directives. */
export function withMarks(
  schema: GraphQLSchema,
  args: Record<string, unknown>,
  { fieldNodes, variableValues }: GraphQLResolveInfo,
): Record<string, unknown> {
  const directive = schema.getDirective('marked');
  if (!directive) return args;
  const marks = fieldNodes.flatMap((node) => getDirectiveValues(directive, node, variableValues) ?? []);
  return marks.length === 0 ? args : { ...args, marks };
}
