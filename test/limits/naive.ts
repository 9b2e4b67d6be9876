// Counts and costs of the limits by full expansion: every fragment expanded, every place visited, values coerced by
// graphql-js. The gateway computes the same without expansion.
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CostRules } from '../../gateway/policy/limits/cost-rules.ts';

/** A selection without named fragments. */
type Expanded =
  | { field: FieldNode; below: Expanded[] }
  | { on: string | undefined; inside: Expanded[]; count: number; directives: readonly DirectiveNode[] };

export function expand(document: DocumentNode): Expanded[] {
  const expandSet = ({ selections }: SelectionSetNode): Expanded[] => selections.map(expandOne);
  function expandOne(selection: SelectionNode): Expanded {
    if (selection.kind === Kind.FIELD) {
      return { field: selection, below: selection.selectionSet ? expandSet(selection.selectionSet) : [] };
    }
    const directives = selection.directives ?? [];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value;
      return { on, inside: expandSet(selection.selectionSet), directives, count: directives.length };
    }
    const fragment = document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === selection.name.value,
    );
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`There is no fragment ${selection.name.value}.`);
    const count = directives.length + (fragment.directives?.length ?? 0);
    return { on: fragment.typeCondition.name.value, inside: expandSet(fragment.selectionSet), directives, count };
  }
  return expandSet(getOperationAST(document)!.selectionSet);
}

/** Every field of the operation, as often as it stands there, with its level. */
function* everyField(selections: readonly Expanded[], level: number): Generator<{ field: FieldNode; level: number }> {
  for (const one of selections) {
    if ('field' in one) {
      yield { field: one.field, level };
      yield* everyField(one.below, level + 1);
    } else yield* everyField(one.inside, level);
  }
}

function directivesOf(selections: readonly Expanded[]): number {
  return selections.reduce(
    (total, one) =>
      total +
      ('field' in one
        ? (one.field.directives?.length ?? 0) + directivesOf(one.below)
        : one.count + directivesOf(one.inside)),
    0,
  );
}

export function naiveMeasure(document: DocumentNode) {
  const selections = expand(document);
  const fields = [...everyField(selections, 1)];
  return {
    depth: Math.max(...fields.map(({ level }) => level)),
    aliases: fields.filter(({ field }) => field.alias).length,
    rootFields: fields.filter(({ level }) => level === 1).length,
    directives: directivesOf(selections),
  };
}

export interface NaiveCost {
  schema: GraphQLSchema;
  rules: CostRules;
  variables: Record<string, unknown>;
  assumed: number;
}

/** The cost of a query, of which no weight is below zero but those of arguments. */
export function naiveCost(
  context: NaiveCost,
  selections: readonly Expanded[],
  type: GraphQLObjectType,
  length?: number,
): number {
  const { schema, variables } = context;
  return selections.reduce((total, one) => {
    const directives = 'field' in one ? one.field.directives : one.directives;
    if (getDirectiveValues(GraphQLSkipDirective, { directives }, variables)?.if === true) return total;
    if (getDirectiveValues(GraphQLIncludeDirective, { directives }, variables)?.if === false) return total;
    if ('field' in one) return total + costOfField(context, one.field, one.below, type, length);
    const condition = schema.getType(one.on ?? type.name);
    const applies = condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
    return applies ? total + naiveCost(context, one.inside, type, length) : total;
  }, 0);
}

function costOfField(
  context: NaiveCost,
  field: FieldNode,
  below: readonly Expanded[],
  type: GraphQLObjectType,
  lengthAbove: number | undefined,
): number {
  const { schema, rules, variables, assumed } = context;
  const definition = type.getFields()[field.name.value];
  if (!definition) return 0;
  const coordinates = [type, ...type.getInterfaces()].map(({ name }) => `${name}.${definition.name}`);
  const reported = coordinates.map((coordinate) => rules.lists.get(coordinate)).find((size) => size);
  const values = getArgumentValues(definition, field, variables);
  const slicing = reported ? reported.slicingArguments : ['first', 'last'];
  const lengths = slicing.flatMap((name) => (typeof values[name] === 'number' ? Math.max(0, values[name]) : []));
  const length = lengths.length > 0 ? Math.max(...lengths) : (reported?.assumedSize ?? assumed);
  const isList = isListType(getNullableType(definition.type));
  const isConnection = getNamedType(definition.type).name === 'Page';
  const times = !isList ? 1 : ((type.name === 'Page' ? lengthAbove : undefined) ?? length);
  const given = getNamedType(definition.type);
  const weight = (name: string, fallback: number) => rules.types.get(name) ?? fallback;
  const own = coordinates.map((coordinate) => rules.fields.get(coordinate)).find((known) => known !== undefined);
  const members = isAbstractType(given) ? schema.getPossibleTypes(given) : isObjectType(given) ? [given] : [];
  const one = isCompositeType(given)
    ? Math.max(
        ...members.map(
          (member) =>
            (own ?? weight(member.name, 1)) + naiveCost(context, below, member, isConnection ? length : undefined),
        ),
      )
    : (own ?? weight(given.name, 0));
  const ofArguments = (field.arguments ?? []).reduce((total, argument) => {
    const weighed = rules.arguments.get(`${coordinates[0]}(${argument.name.value}:)`) ?? 0;
    return argument.value.kind === Kind.VARIABLE && variables[argument.value.name.value] === undefined
      ? total
      : total + weighed;
  }, 0);
  return Math.max(0, times * one + ofArguments);
}
