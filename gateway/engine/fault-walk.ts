// Fault walk: collects the fields of an operation that a fault makes null, by walking its selection as the
// specification's CollectFields does. A fault is one of a field's arguments, or of the condition by which it is
// selected.
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEFER } from '../compose/defer-directive.ts';
import { errorExtensions } from '../errors.ts';
import { fragmentsOf } from '../fragments.ts';
import type { StepBudget } from '../planner/step-budget.ts';
import { type DeniedField, fieldAtPath } from '../query-plan/denied-fields.ts';

/** A node with arguments: a field or a directive. */
export type Owner = FieldNode | DirectiveNode;

const extensions = errorExtensions('BAD_USER_INPUT');

export class FaultWalk {
  /** By their places. */
  readonly fields = new Map<string, DeniedField>();
  /** The message of the fault that makes all data null; null where there is none. */
  whole: string | null = null;
  readonly #schema: GraphQLSchema;
  readonly #conditions: Readonly<Record<string, boolean>>;
  readonly #faultOf: (owner: Owner) => string | undefined;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The object types of a type's name. */
  readonly #possibleTypes = new Map<string, ReadonlySet<string>>();
  readonly #steps: StepBudget;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    conditions: Readonly<Record<string, boolean>>,
    faultOf: (owner: Owner) => string | undefined,
    steps: StepBudget,
  ) {
    this.#steps = steps;
    this.#schema = schema;
    this.#conditions = conditions;
    this.#faultOf = faultOf;
    this.#fragments = fragmentsOf(document);
  }

  operation({ operation, selectionSet, directives = [] }: OperationDefinitionNode): void {
    const root = this.#schema.getRootType(operation);
    this.whole = this.#firstFault(directives);
    if (root && this.whole === null) this.#selections(selectionSet, [root.name], [], null);
  }

  /**
   * @param types the object types that may stand here.
   * @param enclosing the places of the field that this is selected from; null at the root.
   */
  #selections(
    { selections }: SelectionSetNode,
    types: readonly string[],
    path: readonly string[],
    enclosing: readonly string[] | null,
  ): void {
    for (const selection of selections) {
      this.#steps.spend(1 + types.length);
      if (types.length === 0 || this.whole !== null) return;
      const included = this.#isIncluded(selection);
      if (typeof included === 'string') this.#deny(enclosing, included);
      else if (included) this.#selection(selection, types, path, enclosing);
    }
  }

  #selection(
    selection: SelectionNode,
    types: readonly string[],
    path: readonly string[],
    enclosing: readonly string[] | null,
  ): void {
    if (selection.kind === Kind.FIELD) {
      const fieldPath = [...path, (selection.alias ?? selection.name).value];
      const places = types.map((type) => fieldAtPath(`${type}.${selection.name.value}`, fieldPath));
      const fault = this.#faultOf(selection) ?? this.#firstFault(selection.directives ?? []);
      if (fault) this.#deny(places, fault);
      else if (selection.selectionSet) {
        this.#selections(selection.selectionSet, this.#typesOf(selection, types), fieldPath, places);
      }
      return;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
    if (!fragment) return;
    const narrowed = this.#narrowed(types, fragment.typeCondition?.name.value);
    this.#selections(fragment.selectionSet, narrowed, path, enclosing);
  }

  #deny(places: readonly string[] | null, message: string): void {
    if (places === null) this.whole ??= message;
    else for (const place of places) this.fields.set(place, { message, extensions });
  }

  #firstFault(directives: readonly DirectiveNode[]): string | null {
    for (const directive of directives) {
      const fault = this.#faultOf(directive);
      if (fault) return fault;
    }
    return null;
  }

  /** A string is the fault of its condition. `@skip` comes first, as in the specification's CollectFields. */
  #isIncluded({ directives = [] }: SelectionNode): boolean | string {
    for (const name of ['skip', 'include']) {
      const directive = directives.find((candidate) => candidate.name.value === name);
      const value = directive?.arguments?.[0]?.value;
      if (!directive || !value) continue;
      const fault = this.#faultOf(directive);
      if (fault) return fault;
      const holds =
        value.kind === Kind.VARIABLE
          ? this.#conditions[value.name.value] === true
          : value.kind === Kind.BOOLEAN && value.value;
      if (holds === (name === 'skip')) return false;
    }
    const deferring = directives.find(({ name }) => name.value === DEFER);
    return (deferring && this.#faultOf(deferring)) ?? true;
  }

  /** The object types that a field of any of these types returns. */
  #typesOf({ name }: FieldNode, types: readonly string[]): string[] {
    const found = new Set<string>();
    for (const each of types) {
      const type = this.#schema.getType(each);
      const field = isObjectType(type) ? type.getFields()[name.value] : undefined;
      const possible = this.#possible(field && getNamedType(field.type).name);
      this.#steps.spend(possible.size);
      for (const name of possible) found.add(name);
    }
    return [...found];
  }

  #narrowed(types: readonly string[], condition: string | undefined): readonly string[] {
    if (condition === undefined) return types;
    const possible = this.#possible(condition);
    return types.filter((type) => possible.has(type));
  }

  #possible(name: string | undefined): ReadonlySet<string> {
    if (name === undefined) return new Set();
    let possible = this.#possibleTypes.get(name);
    if (!possible) {
      const type = this.#schema.getType(name);
      const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type].filter(isObjectType);
      possible = new Set(types.map((each) => each.name));
      this.#possibleTypes.set(name, possible);
    }
    return possible;
  }
}
