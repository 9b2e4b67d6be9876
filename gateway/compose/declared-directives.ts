// Declared directives: those that SDL applies to a type or to a part of one, in its definition or an extension, and
// their arguments as plain values. Everything that an SDL declares by directives is read with these functions.
import { getDirective } from '@graphql-tools/utils';
import { type ConstDirectiveNode, type GraphQLField, type GraphQLSchema, valueFromASTUntyped } from 'graphql';

/** A type, field, argument or value of a schema, with the nodes of its SDL. */
export interface Described {
  astNode?: object | null | undefined;
  extensionASTNodes?: readonly object[] | undefined;
}

/** The directives on an element, in the order of its SDL; with `name`, only those of this name. */
export function declaredDirectives(element: Described | undefined, name?: string): readonly ConstDirectiveNode[] {
  const { directives = [] } = (element?.astNode ?? {}) as DirectedNode;
  const extensions = element?.extensionASTNodes ?? [];
  const all =
    extensions.length === 0
      ? directives
      : [...directives, ...extensions.flatMap((node) => (node as DirectedNode).directives ?? [])];
  return name === undefined || all.length === 0 ? all : all.filter((directive) => directive.name.value === name);
}

interface DirectedNode {
  readonly directives?: readonly ConstDirectiveNode[];
}

/**
 * The arguments of a directive as it has them: without defaults, and without coercion to the types of its definition.
 */
export function directiveArguments(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

/**
 * The arguments of `@merge` on a lookup field, coerced to the types of the definition, as `@graphql-tools` reads them;
 * undefined for other fields.
 */
export function mergeArguments(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
): Record<string, unknown> | undefined {
  return getDirective(schema, field, 'merge')?.[0];
}
