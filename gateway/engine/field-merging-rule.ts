// Validation rule: fields can merge (GraphQL specification, section 5.3.2). Instead of comparing fields in pairs, all
// fields that may stand at one place are compared with the first of them, and the selections below them are merged
// and checked once for each list of selection sets: near-linear where the comparison of pairs is quadratic, or worse
// below fragments.
import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
  type ValueNode,
} from 'graphql';
import type { StepBudget } from '../planner/step-budget.ts';
import {
  type Conflict,
  differingField,
  differingShape,
  type Field,
  messageOf,
  overlapping,
} from './field-conflicts.ts';

/** Errors of one document: enough to mend it in a few attempts. */
const MAX_ERRORS = 20;
/** @param steps budget of checking one document. */
export function fieldMergingRule(steps: StepBudget): ValidationRule {
  return (context): ASTVisitor => ({
    [Kind.DOCUMENT]: (document) => new FieldMerging(context, steps).check(document),
  });
}

class FieldMerging {
  readonly #context: ValidationContext;
  readonly #steps: StepBudget;
  readonly #numbers = new Map<SelectionSetNode, number>();
  /** The type that a selection set selects from; it is the same wherever the set is merged. */
  readonly #types = new Map<SelectionSetNode, GraphQLNamedType | undefined>();
  /** Names of fragments whose fields have been checked. */
  readonly #spread = new Set<string>();
  readonly #argumentTexts = new Map<FieldNode, string>();
  /** Conflicts between selection sets that are merged, by their numbers. */
  readonly #checked = new Map<string, readonly Conflict[]>();
  readonly #checkedShapes = new Map<string, readonly Conflict[]>();
  readonly #reported = new Map<FieldNode, Set<FieldNode>>();
  #errors = 0;

  constructor(context: ValidationContext, steps: StepBudget) {
    this.#context = context;
    this.#steps = steps;
  }

  check(document: DocumentNode): void {
    const schema = this.#context.getSchema();
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      this.#types.set(definition.selectionSet, schema.getRootType(definition.operation) ?? undefined);
      this.#check([definition.selectionSet]);
    }
    for (const definition of document.definitions) {
      // The fields of one that is spread somewhere have been checked there.
      if (definition.kind !== Kind.FRAGMENT_DEFINITION || this.#spread.has(definition.name.value)) continue;
      this.#types.set(definition.selectionSet, this.#typeNamed(definition.typeCondition.name.value));
      this.#check([definition.selectionSet]);
    }
  }

  /**
   * Checks selection sets that are merged. Conflicts within one of them are reported; those between two are returned.
   */
  #check(sets: readonly SelectionSetNode[]): readonly Conflict[] {
    const key = this.#keyOf(sets);
    const known = this.#checked.get(key);
    if (known) return known;
    // Recursive fragments, which another rule reports, end here.
    this.#checked.set(key, []);
    const between: Conflict[] = [];
    for (const [name, fields] of this.#collect(sets)) {
      if (this.#errors >= MAX_ERRORS) break;
      const conflict = this.#conflictOf(name, fields);
      if (!conflict) continue;
      if (conflict.sources[0] === conflict.sources[1]) this.#report(conflict);
      else between.push(conflict);
    }
    this.#checked.set(key, between);
    return between;
  }

  #conflictOf(name: string, fields: readonly Field[]): Conflict | null {
    const groups = overlapping(fields);
    for (const group of groups) {
      this.#steps.spend(group.length);
      const conflict =
        differingField(name, group, (node) => this.#argumentsOf(node)) ??
        this.#below(name, group, (sets) => this.#check(sets));
      if (conflict) return conflict;
    }
    return (
      differingShape(name, fields) ??
      (groups.length > 1 ? this.#below(name, fields, (sets) => this.#checkShapes(sets)) : null)
    );
  }

  /** As `#check`, for objects of different types, of which only the shapes of values have to be the same. */
  #checkShapes(sets: readonly SelectionSetNode[]): readonly Conflict[] {
    const key = this.#keyOf(sets);
    const known = this.#checkedShapes.get(key);
    if (known) return known;
    this.#checkedShapes.set(key, []);
    const conflicts: Conflict[] = [];
    for (const [name, fields] of this.#collect(sets)) {
      if (fields.length === 1) continue;
      const conflict =
        differingShape(name, fields) ?? this.#below(name, fields, (setsBelow) => this.#checkShapes(setsBelow));
      if (conflict) conflicts.push(conflict);
    }
    this.#checkedShapes.set(key, conflicts);
    return conflicts;
  }

  /** The conflict below fields that are merged. */
  #below(
    name: string,
    fields: readonly Field[],
    check: (sets: readonly SelectionSetNode[]) => readonly Conflict[],
  ): Conflict | null {
    const owners = fields.filter(({ node }) => node.selectionSet);
    const sets = owners.map(({ node, type }) => {
      const set = node.selectionSet as SelectionSetNode;
      this.#types.set(set, type && getNamedType(type));
      return set;
    });
    const conflicts = sets.length > 0 ? check(sets) : [];
    const [conflict] = conflicts;
    if (!conflict) return null;
    const [one, two] = conflict.sources;
    const together = conflicts.filter(({ sources }) => sources[0] === one && sources[1] === two);
    const [first, second] = [owners[one] as Field, owners[two] as Field];
    return {
      name,
      reason: together.map((each) => [each.name, each.reason] as const),
      nodes: [
        [first.node, ...together.flatMap(({ nodes }) => nodes[0])],
        [second.node, ...together.flatMap(({ nodes }) => nodes[1])],
      ],
      sources: [first.source, second.source],
    };
  }

  /** The fields of merged selection sets by response key, those of fragments among them. */
  #collect(sets: readonly SelectionSetNode[]): Map<string, Field[]> {
    const collected = new Map<string, Field[]>();
    const spread = new Set<string>();
    const collect = (set: SelectionSetNode, parent: GraphQLNamedType | undefined, source: number): void => {
      this.#steps.spend(set.selections.length);
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          const field = { node: selection, parent, type: typeOf(selection, parent), source };
          const fields = collected.get(name);
          if (fields) fields.push(field);
          else collected.set(name, [field]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          const { typeCondition, selectionSet } = selection;
          collect(selectionSet, typeCondition ? this.#typeNamed(typeCondition.name.value) : parent, source);
        } else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          const fragment = this.#context.getFragment(selection.name.value);
          this.#spread.add(selection.name.value);
          if (fragment) collect(fragment.selectionSet, this.#typeNamed(fragment.typeCondition.name.value), source);
        }
      }
    };
    for (const [source, set] of sets.entries()) collect(set, this.#types.get(set), source);
    return collected;
  }

  #argumentsOf(node: FieldNode): string {
    if (!node.arguments || node.arguments.length === 0) return '';
    let text = this.#argumentTexts.get(node);
    if (text === undefined) {
      text = node.arguments
        .map(({ name, value }) => `${name.value}: ${print(sortedValue(value))}`)
        .sort()
        .join(', ');
      this.#argumentTexts.set(node, text);
    }
    return text;
  }

  #typeNamed(name: string): GraphQLNamedType | undefined {
    return this.#context.getSchema().getType(name);
  }

  #keyOf(sets: readonly SelectionSetNode[]): string {
    this.#steps.spend(sets.length);
    return sets.map((set) => this.#number(set)).join();
  }

  #number(set: SelectionSetNode): number {
    const number = this.#numbers.get(set) ?? this.#numbers.size;
    this.#numbers.set(set, number);
    return number;
  }

  /** Once for the same two fields, in all lists of selection sets. */
  #report({ name, reason, nodes: [one, two] }: Conflict): void {
    const [first, second] = [one[0] as FieldNode, two[0] as FieldNode];
    const reported = this.#reported.get(first) ?? new Set();
    if (reported.has(second)) return;
    this.#reported.set(first, reported.add(second));
    this.#errors += 1;
    this.#context.reportError(new GraphQLError(messageOf(name, reason), { nodes: [...one, ...two] }));
  }
}

function typeOf({ name }: FieldNode, parent: GraphQLNamedType | undefined): GraphQLOutputType | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name.value]?.type : undefined;
}

/** The value with the fields of its objects in one order, so that equal values have equal texts. */
function sortedValue(value: ValueNode): ValueNode {
  if (value.kind === Kind.LIST) return { ...value, values: value.values.map(sortedValue) };
  if (value.kind !== Kind.OBJECT) return value;
  const fields = value.fields
    .map((field) => ({ ...field, value: sortedValue(field.value) }))
    .sort((one, other) => (one.name.value < other.name.value ? -1 : 1));
  return { ...value, fields };
}
