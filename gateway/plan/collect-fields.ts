// Which fields a selection asks of an object type: the specification's CollectFields (October 2021, section 6.3.2),
// done once per plan instead of once per object.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** All that the operation says of one response key at one place. */
export interface CollectedField {
  key: string;
  name: string;
  /** Every mention; they agree in name and arguments, as validation has seen to. */
  nodes: FieldNode[];
}

export interface CollectContext {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The values of the variables in `@skip` and `@include`. */
  conditions: Readonly<Record<string, boolean>>;
}

/** The fields that these selection sets ask of `type`, in the order of the answer. */
export function collectFields(
  context: CollectContext,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): CollectedField[] {
  const collected = new Map<string, CollectedField>();
  const visited = new Set<string>();
  for (const selectionSet of selectionSets) collectInto(context, type, selectionSet, collected, visited);
  return [...collected.values()];
}

/** As `collectFields`, for a type by its name; nothing for one that the graph does not have. */
export function collectFor(
  context: CollectContext,
  typeName: string,
  selectionSets: readonly SelectionSetNode[],
): CollectedField[] {
  const type = context.schema.getType(typeName);
  return isObjectType(type) ? collectFields(context, type, selectionSets) : [];
}

function collectInto(
  context: CollectContext,
  type: GraphQLObjectType,
  selectionSet: SelectionSetNode,
  collected: Map<string, CollectedField>,
  visited: Set<string>,
): void {
  for (const selection of selectionSet.selections) {
    if (!isIncluded(selection, context.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const field = collected.get(key);
      if (field) field.nodes.push(selection);
      else collected.set(key, { key, name: selection.name.value, nodes: [selection] });
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : namedFragment(context, selection.name.value, visited);
    if (fragment && applies(context.schema, fragment.typeCondition?.name.value, type)) {
      collectInto(context, type, fragment.selectionSet, collected, visited);
    }
  }
}

function namedFragment(
  context: CollectContext,
  name: string,
  visited: Set<string>,
): FragmentDefinitionNode | undefined {
  if (visited.has(name)) return undefined;
  visited.add(name);
  return context.fragments.get(name);
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

function isIncluded(node: SelectionNode, conditions: Readonly<Record<string, boolean>>): boolean {
  for (const directive of node.directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const value = directive.arguments?.[0]?.value;
    const holds =
      value?.kind === Kind.BOOLEAN
        ? value.value
        : value?.kind === Kind.VARIABLE && conditions[value.name.value] === true;
    if (holds === (name === 'skip')) return false;
  }
  return true;
}
