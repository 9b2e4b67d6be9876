// Fields of a selection on one object type, by response key (GraphQL specification, section 6.3.2), with `@skip` and
// `@include` as functions of the variables.
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { compileValue, type Variables } from './input-values.ts';

/** Whether a field is selected; null where it always is. */
export type Condition = ((variables: Variables) => boolean) | null;

/** A selection set, which counts where its condition holds. */
export interface Selection {
  set: SelectionSetNode;
  condition: Condition;
}

export interface CollectedField {
  responseKey: string;
  /** The first of its nodes: all have the same name and arguments. */
  node: FieldNode;
  condition: Condition;
  /** Empty for leaf fields. */
  selections: Selection[];
}

export interface SelectionContext {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** The fields that the selections have for an object of this type, in their order. */
export function collectFields(
  type: GraphQLObjectType,
  selections: readonly Selection[],
  context: SelectionContext,
): CollectedField[] {
  const fields = new Map<string, CollectedField>();
  for (const { set, condition } of selections) addFields(fields, type, set, condition, context, new Set());
  return [...fields.values()];
}

function addFields(
  fields: Map<string, CollectedField>,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  outer: Condition,
  context: SelectionContext,
  visited: ReadonlySet<string>,
): void {
  for (const selection of set.selections) {
    const own = conditionOf(selection.directives);
    if (own === 'never') continue;
    const condition = both(outer, own);
    if (selection.kind === Kind.FIELD) {
      addField(fields, selection, condition);
      continue;
    }
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    const name = isSpread ? selection.name.value : null;
    if (name !== null && visited.has(name)) continue;
    const fragment = name === null ? selection : context.fragments.get(name);
    if (!fragment || !('selectionSet' in fragment)) throw new Error(`There is no fragment ${name}.`);
    if (!applies(type, fragment.typeCondition?.name.value, context.schema)) continue;
    const seen = name === null ? visited : new Set([...visited, name]);
    addFields(fields, type, fragment.selectionSet, condition, context, seen);
  }
}

function addField(fields: Map<string, CollectedField>, node: FieldNode, condition: Condition): void {
  const responseKey = node.alias?.value ?? node.name.value;
  const selections = node.selectionSet ? [{ set: node.selectionSet, condition }] : [];
  const known = fields.get(responseKey);
  if (!known) {
    fields.set(responseKey, { responseKey, node, condition, selections });
    return;
  }
  known.condition = either(known.condition, condition);
  known.selections.push(...selections);
}

function applies(type: GraphQLObjectType, name: string | undefined, schema: GraphQLSchema): boolean {
  if (name === undefined || name === type.name) return true;
  const condition = schema.getType(name);
  return isAbstractType(condition) && schema.isSubType(condition, type);
}

function conditionOf(directives: readonly DirectiveNode[] = []): Condition | 'never' {
  let condition: Condition = null;
  for (const { name, arguments: args = [] } of directives) {
    const isSkip = name.value === 'skip';
    const node = isSkip || name.value === 'include' ? args.find((argument) => argument.name.value === 'if') : undefined;
    if (!node) continue;
    const read = compileValue(node.value);
    if (node.value.kind !== Kind.VARIABLE) {
      if ((read({}) === true) === isSkip) return 'never';
      continue;
    }
    condition = both(condition, (variables) => (read(variables) === true) !== isSkip);
  }
  return condition;
}

function both(one: Condition, other: Condition): Condition {
  if (!one || !other) return one ?? other;
  return (variables) => one(variables) && other(variables);
}

function either(one: Condition, other: Condition): Condition {
  if (!one || !other) return null;
  return (variables) => one(variables) || other(variables);
}
