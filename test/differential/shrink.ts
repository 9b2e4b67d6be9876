// Shrinking: makes a failing operation as small as it can be while it still fails.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import { type Operation, operationOf, withoutUnused } from './operations.ts';

/** Takes parts away for as long as `fails` holds for what is left. */
export async function shrink(
  schema: GraphQLSchema,
  operation: Operation,
  fails: (smaller: Operation) => Promise<boolean>,
): Promise<Operation> {
  let smallest = operation;
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = 0; ; index += 1) {
      const document = withoutPart(smallest.document, index);
      if (document === 'no more') break;
      const smaller = operationOf(withoutUnused(document), smallest.variables);
      if (smaller.text === smallest.text || validate(schema, smaller.document).length > 0) continue;
      if (!(await fails(smaller))) continue;
      smallest = smaller;
      changed = true;
      index -= 1;
    }
  }
  return smallest;
}

/**
 * The document without its part of that number: a selection, an argument, an alias, a directive, or a fragment's
 * braces.
 */
function withoutPart(document: DocumentNode, number: number): DocumentNode | 'no more' {
  let index = 0;
  let found = false;
  const isIt = (): boolean => {
    const it = index === number;
    index += 1;
    if (it) found = true;
    return it;
  };
  const smaller: DocumentNode = visit(document, {
    [Kind.SELECTION_SET]: (set: SelectionSetNode) => {
      if (found) return false;
      for (const selection of set.selections) {
        if (set.selections.length > 1 && isIt()) return without(set, selection, []);
        if (selection.kind === Kind.INLINE_FRAGMENT && isIt()) {
          return without(set, selection, selection.selectionSet.selections);
        }
      }
      return undefined;
    },
    [Kind.FIELD]: (field: FieldNode) => {
      if (found) return false;
      if (field.alias && isIt()) return { ...field, alias: undefined };
      for (const argument of field.arguments ?? []) {
        if (isIt()) return { ...field, arguments: field.arguments?.filter((other) => other !== argument) };
      }
      return undefined;
    },
    [Kind.DIRECTIVE]: () => {
      if (!found && isIt()) return null;
      return undefined;
    },
  });
  return found ? smaller : 'no more';
}

function without(set: SelectionSetNode, gone: SelectionNode, instead: readonly SelectionNode[]): SelectionSetNode {
  return { ...set, selections: set.selections.flatMap((selection) => (selection === gone ? instead : [selection])) };
}
