// Contexts of a supergraph (`@context`, `@fromContext`): values of enclosing objects that subgraphs take as arguments
// (https://specs.apollo.dev/join/v0.5, `contextArguments`; https://specs.apollo.dev/context/v0.1).
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  type DefinitionNode,
  type DocumentNode,
  type InlineFragmentNode,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import { ComposeError } from '../compose-error.ts';
import { declaredDirectives, directiveArguments } from '../declared-directives.ts';
import { linksFeature } from '../linked-features.ts';

/** An argument of a subgraph's field, which clients do not see: its value is a field of an enclosing object. */
export interface ContextArgument {
  /** `Type.field` */
  coordinate: string;
  name: string;
  /** The argument's type in the subgraph, as text. */
  type: string;
  /** The context, which is set by the types of objects. */
  context: string;
  /** On an object that sets the context. */
  selection: SelectionSetNode;
}

export interface GraphContexts {
  /** By `subgraph Type.field`. */
  arguments: ReadonlyMap<string, readonly ContextArgument[]>;
  /** By the name of a context: the types whose objects set it, with the members of abstract types. */
  types: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The types that set each context. */
export function contextTypes(supergraph: DocumentNode): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const node of supergraph.definitions) {
    const isType =
      node.kind === Kind.OBJECT_TYPE_DEFINITION ||
      node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
      node.kind === Kind.UNION_TYPE_DEFINITION;
    if (!isType) continue;
    for (const directive of declaredDirectives({ astNode: node }, 'context')) {
      const { name } = directiveArguments(directive);
      if (typeof name !== 'string') continue;
      const types = found.get(name) ?? new Set();
      found.set(name, types.add(node.name.value));
      for (const member of membersOf(node.name.value, supergraph)) types.add(member);
    }
  }
  return found;
}

/** The document without the elements of the specification `context`, where it links that. */
export function withoutContexts(document: DocumentNode): DocumentNode {
  if (!linksFeature(document, 'context')) return document;
  const isOfContexts = (node: DefinitionNode) =>
    node.kind === Kind.DIRECTIVE_DEFINITION
      ? /^(context|fromContext)$/.test(node.name.value)
      : 'name' in node && node.name !== undefined && /^context__/.test(node.name.value);
  const definitions = document.definitions.flatMap((node): DefinitionNode[] => {
    if (isOfContexts(node)) return [];
    if (!('directives' in node) || !node.directives?.some(({ name }) => name.value === 'context')) return [node];
    return [{ ...node, directives: node.directives.filter(({ name }) => name.value !== 'context') } as DefinitionNode];
  });
  return { ...document, definitions };
}

function membersOf(type: string, { definitions }: DocumentNode): string[] {
  return definitions.flatMap((node) => {
    if (node.kind === Kind.UNION_TYPE_DEFINITION && node.name.value === type)
      return node.types?.map(({ name }) => name.value) ?? [];
    const implementing = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
    return implementing && node.interfaces?.some(({ name }) => name.value === type) ? [node.name.value] : [];
  });
}

/**
 * Reads the `contextArguments` of a field's join.
 * @throws ComposeError for an argument that is not complete, or selects nothing.
 */
export function readContextArguments(value: unknown, coordinate: string): ContextArgument[] {
  if (!Array.isArray(value)) return [];
  return value.map((given: unknown): ContextArgument => {
    const { name, type, context, selection } = (given ?? {}) as Record<string, unknown>;
    if ([name, type, context, selection].some((text) => typeof text !== 'string')) {
      throw new ComposeError([`${coordinate}: contextArguments need name, type, context and selection, as strings`]);
    }
    const text = String(selection).trim();
    let parsed: SelectionSetNode;
    try {
      parsed = parseSelectionSet(text.startsWith('{') ? text : `{ ${text} }`, { noLocation: true });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ComposeError([`${coordinate}: the selection of the context ${context} cannot be parsed: ${why}`]);
    }
    return { coordinate, name: String(name), type: String(type), context: String(context), selection: parsed };
  });
}

/**
 * The inputs of fields with such arguments, by `Type.field`, as selections that name the types: the field's value is made
 * of them.
 */
export function contextInputs({ arguments: all, types }: GraphContexts): Map<string, SelectionSetNode[]> {
  const inputs = new Map<string, SelectionSetNode[]>();
  for (const [key, args] of all) {
    const coordinate = key.slice(key.lastIndexOf(' ') + 1);
    const selections = args.flatMap(({ context, selection }) =>
      [...(types.get(context) ?? [])].map(
        (type): SelectionSetNode => ({
          kind: Kind.SELECTION_SET,
          selections: [fragmentOn(type, selection)],
        }),
      ),
    );
    inputs.set(coordinate, [...(inputs.get(coordinate) ?? []), ...selections]);
  }
  return inputs;
}

function fragmentOn(type: string, selectionSet: SelectionSetNode): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    selectionSet,
  };
}

/** Identifies the value that an argument takes, whatever the argument's name. */
export function contextKey({ type, context, selection }: ContextArgument): string {
  return `${type} $${context} ${print(selection)}`;
}
