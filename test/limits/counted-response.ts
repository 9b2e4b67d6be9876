// The cost of a response, counted over its JSON by the document alone: every object has its type in it, and every value
// is visited. The gateway counts by its plan, over the services' responses.
import {
  type ConstValueNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { CostRules } from '../../gateway/policy/limits/cost-rules.ts';
import { Random } from '../differential/random.ts';

/** Response key of the type in every object. */
const typeKey = 'typeOfObject';

/** The document with the type of every object. */
export function withTypes(document: DocumentNode): DocumentNode {
  const typename: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: typeKey },
    name: { kind: Kind.NAME, value: '__typename' },
  };
  // Introspection has no objects of the graph.
  return visit(document, {
    [Kind.FIELD]: ({ name }) => (name.value.startsWith('__') ? false : undefined),
    [Kind.SELECTION_SET]: { leave: (node) => ({ ...node, selections: [...node.selections, typename] }) },
  });
}

/** Weights for a graph's elements, by chance: quarters, so that every sum is exact. */
export function randomRules(schema: GraphQLSchema, seed: number): CostRules {
  const random = new Random(seed);
  const rules = {
    fields: new Map<string, number>(),
    arguments: new Map<string, number>(),
    inputFields: new Map<string, number>(),
    types: new Map<string, number>(),
    lists: new Map(),
  };
  const weigh = (weights: Map<string, number>, coordinate: string, chance: number, low = 0) => {
    if (random.chance(chance)) weights.set(coordinate, random.between(low, 20) / 4);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (!isAbstractType(type)) weigh(rules.types, type.name, 0.4);
    if (isInputObjectType(type)) {
      for (const { name } of Object.values(type.getFields())) weigh(rules.inputFields, `${type.name}.${name}`, 0.4);
    }
    if (!isObjectType(type)) continue;
    for (const { name, args } of Object.values(type.getFields())) {
      weigh(rules.fields, `${type.name}.${name}`, 0.2);
      for (const argument of args) weigh(rules.arguments, `${type.name}.${name}(${argument.name}:)`, 0.5, -12);
    }
  }
  return rules;
}

interface Counting {
  schema: GraphQLSchema;
  rules: CostRules;
  document: DocumentNode;
  /** As graphql-js coerces them. */
  variables: Record<string, unknown>;
}

type Json = Record<string, unknown>;

/** @param data of a response to the document with types. */
export function countedCost(counting: Counting, data: Json | null): number {
  const operation = getOperationAST(counting.document);
  const root = operation && counting.schema.getRootType(operation.operation);
  return root && data ? ofObject(counting, root, [operation.selectionSet], data) : 0;
}

function ofObject(counting: Counting, type: GraphQLObjectType, sets: readonly SelectionSetNode[], data: Json): number {
  const fields = new Map<string, FieldNode[]>();
  for (const set of sets) select(counting, type, set, fields);
  let total = 0;
  for (const [key, nodes] of fields) {
    const [node] = nodes as [FieldNode];
    const name = node.name.value;
    if (name === '__schema' || name === '__type') total += 1;
    const definition = type.getFields()[name];
    if (!definition || !Object.hasOwn(data, key)) continue;
    const { rules } = counting;
    const own =
      rules.fields.get(`${type.name}.${name}`) ?? (type === counting.schema.getMutationType() ? 10 : undefined);
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const named = getNamedType(definition.type);
    const depth = String(definition.type).split('[').length - 1;
    const values = [data[key]].flat(depth).filter((value) => value !== null);
    let cost = 0;
    for (const { name: argument, value } of node.arguments ?? []) {
      const place = definition.args.find((one) => one.name === argument.value);
      if (!place) continue;
      const weight = rules.arguments.get(`${type.name}.${name}(${place.name}:)`);
      cost += ofInput(counting, value as ConstValueNode, place.type, weight);
    }
    for (const value of values) {
      if (!isCompositeType(named)) cost += own ?? rules.types.get(named.name) ?? 0;
      else {
        const concrete = counting.schema.getType(String((value as Json)[typeKey])) as GraphQLObjectType;
        cost += own ?? rules.types.get(concrete.name) ?? 1;
        cost += ofObject(counting, concrete, below, value as Json);
      }
    }
    total += Math.max(0, cost);
  }
  return total;
}

/** Cost of an input value in the document; `weight` is that of its place. */
function ofInput(
  { rules, variables }: Counting,
  node: ConstValueNode,
  type: GraphQLInputType,
  weight?: number,
): number {
  const value = valueFromASTUntyped(node, variables);
  if (value === undefined) return 0;
  const valueCost = (inner: unknown, innerType: GraphQLInputType): number => {
    if (Array.isArray(inner)) return inner.reduce((sum, item) => sum + valueCost(item, innerType), 0);
    const named = getNamedType(innerType);
    if (typeof inner !== 'object' || inner === null || !isInputObjectType(named)) return 0;
    let total = 0;
    for (const [name, field] of Object.entries(inner)) {
      const definition = named.getFields()[name];
      if (!definition || field === undefined) continue;
      total +=
        rules.inputFields.get(`${named.name}.${name}`) ?? rules.types.get(getNamedType(definition.type).name) ?? 0;
      total += valueCost(field, definition.type);
    }
    return total;
  };
  return (weight ?? rules.types.get(getNamedType(type).name) ?? 0) + valueCost(value, type);
}

function select(
  counting: Counting,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  into: Map<string, FieldNode[]>,
): void {
  const { schema, document } = counting;
  for (const selection of set.selections) {
    if (!isIncluded(counting, selection.directives)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      into.set(key, [...(into.get(key) ?? []), selection]);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : document.definitions.find(
            (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
          );
    if (!fragment || !('selectionSet' in fragment)) continue;
    const on = 'typeCondition' in fragment ? fragment.typeCondition?.name.value : undefined;
    const condition = schema.getType(on ?? type.name);
    const applies = condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
    if (applies) select(counting, type, fragment.selectionSet, into);
  }
}

function isIncluded({ variables }: Counting, directives: readonly DirectiveNode[] = []): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, { directives }, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, { directives }, variables)?.if !== false;
}
