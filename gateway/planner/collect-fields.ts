// Field collection: CollectFields of the specification (October 2021, section 6.3.2), done once per plan instead of
// once per object; below a field, once for each type and list of selection sets.

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../fragments.ts';
import { type DeferPlace, type DeferUsages, placeBelow, placeKey, type UsagesOfSelection } from './defer-usages.ts';
import type { StepBudget } from './step-budget.ts';

/** A type whose fields can be collected. */
export type TypeWithFields = GraphQLObjectType | GraphQLInterfaceType;

/** All mentions of one response key at one place. */
export interface CollectedField {
  key: string;
  name: string;
  /** Every mention; validation has ensured that they agree in name and arguments. */
  nodes: FieldNode[];
  /** Upstream, a field with selections stands once for each alias: by default, for each key that is not its name. */
  alias?: string;
  /** The deferred fragment of each mention, null for none; absent where nothing is deferred. */
  defers?: (DeferPlace | null)[];
}

/** The upstream alias that a field has; none, as a text, for a field under its own name. */
export function upstreamAlias({ key, name, alias }: CollectedField): string {
  return alias ?? (key === name ? '' : key);
}

export interface CollectContext {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The values of the variables in `@skip` and `@include`. */
  conditions: Readonly<Record<string, boolean>>;
  /** One step for each selection that is visited. */
  steps?: StepBudget;
  /** Receives the deferred fragments; null or undefined where nothing is deferred. */
  defers?: DeferUsages | null;
}

/** The selection sets of a field's mentions. Equal lists are one object, so that a result for one holds for all. */
export interface FieldSelections {
  readonly sets: readonly SelectionSetNode[];
  /** By the name of an object type or interface. */
  readonly collected: Map<string, CollectedField[]>;
  /** The deferred fragment of each set; absent where nothing is deferred. */
  readonly defers?: readonly (DeferPlace | null)[];
  readonly usages: UsagesOfSelection;
}

/** Collects the fields of one operation, with one choice of its `@skip` and `@include`. */
export class FieldCollector {
  readonly context: CollectContext;
  readonly #numbers = new Map<SelectionSetNode, number>();
  readonly #lists = new Map<string, FieldSelections>();
  readonly #byField = new WeakMap<CollectedField, FieldSelections>();

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    conditions: CollectContext['conditions'],
    steps: StepBudget,
    defers: DeferUsages | null = null,
  ) {
    this.context = { schema, fragments: fragmentsOf(document), conditions, steps, defers };
  }

  root(type: GraphQLObjectType, selectionSet: SelectionSetNode): CollectedField[] {
    return collectFields(this.context, type, [selectionSet]);
  }

  /** The selections below a field. */
  selections(field: CollectedField): FieldSelections {
    let selections = this.#byField.get(field);
    if (!selections) {
      const sets = field.nodes.flatMap((node) => node.selectionSet ?? []);
      const defers = field.defers?.map(placeBelow);
      const key = sets.map((set, index) => `${this.#number(set)}${placeKey(defers?.[index] ?? null)}`).join();
      selections = this.#lists.get(key) ?? { sets, collected: new Map(), usages: new Map(), ...(defers && { defers }) };
      this.#lists.set(key, selections);
      this.#byField.set(field, selections);
    }
    return selections;
  }

  /**
   * The fields that are selected below a field on objects of this type; of an interface, those that are selected
   * whatever the object's type. None where the graph has no such type.
   */
  below(typeName: string, field: CollectedField): CollectedField[] {
    const { sets, collected, defers, usages } = this.selections(field);
    let fields = collected.get(typeName);
    if (!fields) {
      const type = this.context.schema.getType(typeName);
      fields =
        isObjectType(type) || isInterfaceType(type) ? collectFields(this.context, type, sets, { defers, usages }) : [];
      collected.set(typeName, fields);
    }
    return fields;
  }

  #number(set: SelectionSetNode): number {
    const number = this.#numbers.get(set) ?? this.#numbers.size;
    this.#numbers.set(set, number);
    return number;
  }
}

/** What is deferred around selection sets, and in them. */
type Deferred = Partial<Pick<FieldSelections, 'defers' | 'usages'>>;

/** The fields that these selection sets select on `type`, in the order of the response. */
export function collectFields(
  context: CollectContext,
  type: TypeWithFields,
  selectionSets: readonly SelectionSetNode[],
  { defers, usages = new Map() }: Deferred = {},
): CollectedField[] {
  const collection = {
    context,
    type,
    collected: new Map<string, CollectedField>(),
    visited: new Set<string>(),
    usages,
  };
  for (const [index, selectionSet] of selectionSets.entries()) {
    collectInto(collection, selectionSet, defers?.[index] ?? null);
  }
  return [...collection.collected.values()];
}

interface Collection {
  context: CollectContext;
  type: TypeWithFields;
  collected: Map<string, CollectedField>;
  visited: Set<string>;
  usages: UsagesOfSelection;
}

function collectInto(collection: Collection, selectionSet: SelectionSetNode, place: DeferPlace | null): void {
  const { context, type, collected, usages } = collection;
  const { defers } = context;
  context.steps?.spend(selectionSet.selections.length);
  for (const selection of selectionSet.selections) {
    if (!isIncluded(selection, context.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const field = collected.get(key);
      if (field) {
        field.nodes.push(selection);
        field.defers?.push(place);
      } else {
        const name = selection.name.value;
        collected.set(key, { key, name, nodes: [selection], ...(defers && { defers: [place] }) });
      }
      continue;
    }
    const own = defers ? defers.placeIn(selection, place, usages) : place;
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : namedFragment(collection, selection.name.value, own);
    if (fragment && applies(context.schema, fragment.typeCondition?.name.value, type)) {
      collectInto(collection, fragment.selectionSet, own);
    }
  }
}

/** The fragment, once for each deferred fragment that it stands in. */
function namedFragment(
  { context, visited }: Collection,
  name: string,
  place: DeferPlace | null,
): FragmentDefinitionNode | undefined {
  const visit = place ? `${name} ${placeKey(place)}` : name;
  if (visited.has(visit)) return undefined;
  visited.add(visit);
  return context.fragments.get(name);
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: TypeWithFields): boolean {
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
