// Cost places: the contribution of each field of an operation to its estimated cost.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { StepBudget } from '../../planner/step-budget.ts';
import { CostCompiler, type CostOptions } from './cost.ts';
import type { CostExpr, Variables } from './cost-program.ts';
import type { CostRules } from './cost-rules.ts';
import { type Lengths, type SizedFields, slicingArguments } from './list-length.ts';
import { introspectionCost, isIntrospection } from './measure.ts';
import { Weights } from './weights.ts';

export interface CostPlace {
  /** Response keys from the root. */
  path: readonly string[];
  /** `Type.field`, of the most expensive type where several are possible. */
  coordinate: string;
  /** The type that is counted: the most expensive one where several are possible. */
  type: string;
  /** Estimated length of each list; null for a field that is no list. */
  length: number | null;
  /** What the length is taken from: `argument`, `@listSize`, `connection` or `limits.assumedListSize`. */
  lengthBy: 'argument' | '@listSize' | 'connection' | 'limits.assumedListSize' | null;
  /** Estimated number of values, in all lists around the field and in its own. */
  times: number;
  /** Cost of each of them. */
  weight: number;
  /** Cost of the arguments, each time that the field is executed. */
  arguments: number;
  /** Contribution to the cost of the operation. */
  cost: number;
}

export interface CostBreakdown {
  cost: number;
  /** Fields that cost anything, in the order of the operation. The sum of their costs is that of the operation. */
  places: CostPlace[];
}

/**
 * @param variables as received, or coerced.
 * @throws OperationTooComplex
 */
export function costPlaces(
  { operation, document }: { operation: OperationDefinitionNode; document: DocumentNode },
  { schema, rules, options }: { schema: GraphQLSchema; rules: CostRules; options: CostOptions },
  variables: Variables,
  steps: StepBudget,
): CostBreakdown {
  return new PlaceWalk(operation, document, schema, new Weights(schema, rules), options, steps).run(variables);
}

class PlaceWalk extends CostCompiler {
  readonly #places = new Map<string, CostPlace>();
  #variables: Variables = {};
  #values: Float64Array = new Float64Array();

  run(variables: Variables): CostBreakdown {
    this.#variables = variables;
    const cost = this.#valueOf(this.whole());
    const root = this.schema.getRootType(this.operation.operation);
    if (root) this.#set(this.operation.selectionSet, root, null, [], 1);
    return { cost, places: [...this.#places.values()].filter((place) => place.cost !== 0) };
  }

  #set(
    { selections }: SelectionSetNode,
    type: GraphQLObjectType,
    sized: SizedFields | null,
    path: readonly string[],
    times: number,
  ): void {
    this.steps.spend(selections.length);
    for (const selection of selections) {
      if (this.#valueOf(this.conditional(selection.directives ?? [], 1)) === 0) continue;
      if (selection.kind === Kind.FIELD) {
        this.#field(selection, type, sized, [...path, (selection.alias ?? selection.name).value], times);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (!fragment || !this.applies(fragment.typeCondition?.name.value, type)) continue;
      this.#set(fragment.selectionSet, type, sized, path, times);
    }
  }

  #field(
    node: FieldNode,
    type: GraphQLObjectType,
    sized: SizedFields | null,
    path: readonly string[],
    times: number,
  ): void {
    const coordinate = `${type.name}.${node.name.value}`;
    const plain = { path, coordinate, length: null, lengthBy: null, arguments: 0 };
    if (isIntrospection(node)) {
      this.#add({ ...plain, type: node.name.value, times, weight: introspectionCost, cost: introspectionCost });
      return;
    }
    const definition = type.getFields()[node.name.value];
    if (!definition) return;
    const lengths = this.lengths.of(type, definition, node, sized);
    const [own, given] = [this.#valueOf(lengths.own), this.#valueOf(this.arguments.of(node, type, definition))];
    const [counted, weight, below] = this.#most(node, type, definition, lengths);
    // Arguments that save more than the field costs make it free, with all below it.
    if (own * (weight + below) + given < 0) return;
    const cost = times * (own * weight + given);
    const lengthBy = this.#lengthBy(node, type, definition, sized);
    const length = lengthBy === null ? null : own;
    const values = times * own;
    this.#add({
      path,
      coordinate,
      type: counted.name,
      length,
      lengthBy,
      times: values,
      weight,
      arguments: given,
      cost,
    });
    if (node.selectionSet && isObjectType(counted) && values > 0) {
      this.#set(node.selectionSet, counted, lengths.below, path, values);
    }
  }

  /** The most expensive type of a field, with the weight of one value, and the cost of what is selected below it. */
  #most(
    { selectionSet }: FieldNode,
    type: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    { below }: Lengths,
  ): [type: { name: string }, weight: number, below: number] {
    const given = getNamedType(definition.type);
    const { own } = this.weights.field(type, definition);
    const members = isAbstractType(given) && selectionSet ? this.membersOf(given) : [given];
    let most: [type: { name: string }, weight: number, below: number] | undefined;
    for (const member of members) {
      const weight = own ?? this.weights.type(member);
      const all = selectionSet ? this.#valueOf(this.member(member, selectionSet, own, below)) : weight;
      if (!most || all > most[1] + most[2]) most = [member, weight, all - weight];
    }
    return most ?? [given, 0, 0];
  }

  #lengthBy(
    node: FieldNode,
    type: GraphQLObjectType,
    definition: GraphQLField<unknown, unknown>,
    sized: SizedFields | null,
  ): CostPlace['lengthBy'] {
    if (!isListType(getNullableType(definition.type))) return null;
    const declared = this.weights.field(type, definition).list;
    const slicing = slicingArguments(definition, declared);
    if (!declared && slicing.length === 0 && sized?.names.includes(definition.name)) return 'connection';
    const isGiven = slicing.some((path) => {
      const [name, ...rest] = path.split('.');
      const argument = definition.args.find((each) => each.name === name);
      if (!argument) return false;
      const given = node.arguments?.find((each) => each.name.value === name)?.value;
      const value = this.values.at(given, argument, rest);
      return ('known' in value ? value.known : value.read(this.#variables)) != null;
    });
    if (isGiven) return 'argument';
    return declared && declared.assumedSize !== null ? '@listSize' : 'limits.assumedListSize';
  }

  /** A field that is selected several times in one place costs several times. */
  #add(place: CostPlace): void {
    const key = `${place.path.join('.')} ${place.coordinate}`;
    const known = this.#places.get(key);
    if (!known) this.#places.set(key, place);
    else this.#places.set(key, { ...known, times: known.times + place.times, cost: known.cost + place.cost });
  }

  #valueOf(expr: CostExpr): number {
    if (typeof expr === 'number') return expr;
    if (expr.index >= this.#values.length) this.#values = this.program.values(this.#variables);
    return this.#values[expr.index] as number;
  }
}
