// Field sets of Federation's directives (`@key(fields:)`): selections and arguments that do not fit the fields, which
// composition does not look at. The subgraphs would reject the operations that have them.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import {
  KnownArgumentNamesRule,
  KnownFragmentNamesRule,
  KnownTypeNamesRule,
  PossibleFragmentSpreadsRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
} from 'graphql/validation/index.js';
import { appliedDirectives } from '../sdl-problems.ts';
import { buildFederatedSchema } from './federated-sdl.ts';

const rules = [
  KnownArgumentNamesRule,
  KnownFragmentNamesRule,
  KnownTypeNamesRule,
  PossibleFragmentSpreadsRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  ValuesOfCorrectTypeRule,
];

/**
 * One message for each problem, with the coordinate of the directive.
 * @param document with Federation's directives under their own names, as composition takes it.
 */
export function fieldSetProblems(document: DocumentNode): string[] {
  let schema: GraphQLSchema | undefined;
  return appliedDirectives(document).flatMap(({ coordinate, directive }) => {
    const name = directive.name.value.replace(/^federation__/, '');
    if (name !== 'key' && name !== 'requires') return [];
    const fields = directive.arguments?.find((argument) => argument.name.value === 'fields')?.value;
    // Names alone are checked by composition.
    if (fields?.kind !== Kind.STRING || !/[({]/.test(fields.value)) return [];
    const [type] = coordinate.split('.');
    schema ??= buildFederatedSchema(document);
    const selection = parsed(`fragment fields on ${type} { ${fields.value} }`);
    const messages = selection ? validate(schema, selection, rules).map(({ message }) => message) : [];
    return messages.map((message) => `@${name}(fields: "${fields.value}") at ${coordinate}: ${message}`);
  });
}

/**
 * The document with what stands in fragments of field sets without a type, and on unions, beside them: composition does
 * not read those. The fragments on a union's types remain.
 */
export function withReadableFragments(document: DocumentNode): DocumentNode {
  const unions = new Set<string>();
  for (const node of document.definitions)
    if (node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION)
      unions.add(node.name.value);
  const flattened = (node: SelectionSetNode): SelectionSetNode => ({
    ...node,
    selections: node.selections.flatMap((selection) => {
      if (selection.kind !== Kind.INLINE_FRAGMENT || selection.directives?.length) return [selection];
      const isTyped = selection.typeCondition && !unions.has(selection.typeCondition.name.value);
      return isTyped ? [selection] : selection.selectionSet.selections;
    }),
  });
  return visit(document, {
    [Kind.ARGUMENT]: (node) => {
      const { name, value } = node;
      if (name.value !== 'fields' || value.kind !== Kind.STRING || !value.value.includes('...')) return undefined;
      const definition = parsed(`{ ${value.value} }`)?.definitions[0];
      if (definition?.kind !== Kind.OPERATION_DEFINITION) return undefined;
      const fields = print(visit(definition.selectionSet, { [Kind.SELECTION_SET]: { leave: flattened } }));
      return { ...node, value: { ...value, value: fields.slice(1, -1).replace(/\s+/g, ' ').trim() } };
    },
  });
}

/** Undefined for a text with a syntax error, which composition reports. */
function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
